/** The room's front door, for the `start` command and for tests. */
export { ensureSample } from './sample.ts'
export { type Server, startServer } from './server.ts'
