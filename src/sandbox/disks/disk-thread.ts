/**
 * The disk thread: makes and removes the file systems of sandboxes, so that the thread that serves invocations waits
 * neither for mounts nor for disks. Started by: maker-thread.ts. Read next: disk-maker.ts.
 */
import { workerData } from 'node:worker_threads'
import { assert } from '../../kernel/assert.ts'
import { answerWith } from '../thread-server.ts'
import { DiskMaker } from './disk-maker.ts'
import type { ThreadRequest, ThreadSettings } from './protocol.ts'

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

answerWith(handle)
