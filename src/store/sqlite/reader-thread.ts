/** The thread of one read-only connection: answers queries in the order they come. Started by reader-pool.ts. */
import { workerData } from 'node:worker_threads'

import { Connection } from './connection.ts'
import type { LifeRequest, ReaderRequest, ThreadSettings } from './protocol.ts'
import { serve } from './serve.ts'

const { file } = workerData as ThreadSettings

serve(file, () => {
  const connection = new Connection(file, 'read-only')
  return {
    handle: ({ statement }: Exclude<ReaderRequest, LifeRequest>) => connection.run(statement),
    close: () => connection.close(),
  }
})
