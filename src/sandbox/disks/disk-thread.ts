/**
 * The disk thread: makes and removes the file systems of sandboxes, so that the thread that serves invocations waits
 * neither for mounts nor for disks. Started by: maker-thread.ts. Read next: disk-maker.ts.
 */
import { parentPort, workerData } from 'node:worker_threads'
import { assert } from '../../kernel/assert.ts'
import { DiskMaker } from './disk-maker.ts'
import { DisksMissingError } from './image.ts'
import type { ThreadReply, ThreadRequest, ThreadSettings } from './protocol.ts'

let maker: DiskMaker | undefined

async function handle(request: ThreadRequest): Promise<string | undefined> {
  if (request.kind === 'open') {
    maker = await DiskMaker.open(workerData as ThreadSettings)
    return undefined
  }
  assert(maker !== undefined, 'the thread was opened')
  switch (request.kind) {
    case 'make':
      return await maker.make(request.megabytes)
    case 'remove':
      await maker.remove(request.path)
      return undefined
    case 'close':
      await maker.close()
      return undefined
  }
}

async function replyTo(request: ThreadRequest): Promise<ThreadReply> {
  const { id } = request
  try {
    return { id, path: await handle(request) }
  } catch (error) {
    const failure = error instanceof Error ? error.message : String(error)
    return { id, failure, isMissing: error instanceof DisksMissingError }
  }
}

assert(parentPort !== null, 'this is the entry of a thread')
const port = parentPort
port.on('message', (request: ThreadRequest) => {
  void replyTo(request).then((reply) => port.postMessage(reply))
})
