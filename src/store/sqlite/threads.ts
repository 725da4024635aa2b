/**
 * The threads of a database, started before anything is asked of them: booting one takes longer than opening the
 * database, and goes on beside whatever the main thread loads meanwhile.
 */
import { DatabaseThread } from './database-thread.ts'
import type { CommitFault, ReaderRequest, WriterRequest } from './protocol.ts'

export interface DatabaseThreads {
  readonly writer: DatabaseThread<WriterRequest>
  readonly readers: readonly DatabaseThread<ReaderRequest>[]
}

const writerEntry = new URL('./writer-thread.ts', import.meta.url)
const readerEntry = new URL('./reader-thread.ts', import.meta.url)

/**
 * @param readers threads that read: one slow query must not hold up every other
 * @param fault test only
 */
export function startDatabaseThreads(
  file: string,
  readers = 2,
  fault?: CommitFault,
): DatabaseThreads {
  const settings = { file, fault }
  return {
    writer: new DatabaseThread(writerEntry, settings),
    readers: Array.from({ length: readers }, () => new DatabaseThread(readerEntry, settings)),
  }
}

/** For threads that were never given to a store. */
export async function endDatabaseThreads(threads: DatabaseThreads): Promise<void> {
  await Promise.all([threads.writer, ...threads.readers].map((thread) => thread.close()))
}
