/**
 * node:http by its other door. An `import` of it reads every one of its exports, and reading `WebSocket` loads all
 * of undici: 30 ms of every start.
 */
export const { STATUS_CODES, createServer } = process.getBuiltinModule('node:http')
