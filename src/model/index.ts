/** The front door of the service models. */
export { linkService, loadService, loadTable, serviceIds } from './load.ts'
export type * from './operations.ts'
export type * from './types.ts'
