/** The thread behind payload-checker.ts. */
import { parentPort } from 'node:worker_threads'
import { checkInline } from './payload-checker.ts'

parentPort?.on('message', ({ id, payload }: { id: number; payload: Uint8Array }) => {
  parentPort?.postMessage({ id, trouble: checkInline(payload) })
})
