/**
 * The threads of a database, started before anything is asked of them: booting one takes longer than opening the
 * database, and goes on beside whatever the main thread loads meanwhile.
 */
import { DatabaseThread } from './database-thread.ts'
import type { CommitFault, ReaderRequest, WriterRequest } from './protocol.ts'

export interface DatabaseThreads {
  readonly writer: DatabaseThread<WriterRequest>
  readonly reader: DatabaseThread<ReaderRequest>
  /** One more that reads: a slow query must not hold up every other. */
  readonly startReader: () => DatabaseThread<ReaderRequest>
}

const writerEntry = new URL('./writer-thread.ts', import.meta.url)
const readerEntry = new URL('./reader-thread.ts', import.meta.url)

/** @param fault test only */
export function startDatabaseThreads(file: string, fault?: CommitFault): DatabaseThreads {
  const settings = { file, fault }
  const writer = new DatabaseThread<WriterRequest>(writerEntry, settings)
  const startReader = () => new DatabaseThread<ReaderRequest>(readerEntry, settings)
  return { writer, reader: startReader(), startReader }
}

/** For threads that were never given to a store. */
export async function endDatabaseThreads({ writer, reader }: DatabaseThreads): Promise<void> {
  await Promise.all([writer.close(), reader.close()])
}
