/** The room's front door, for the `start` command and for tests. */
export { type Server, startServer } from './server.ts'
