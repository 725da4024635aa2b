/**
 * Everything started is owned: a test file whose process will not end after its last test has leaked a timer,
 * a socket, a thread or a child, and fails here, with what is left, instead of hanging the run.
 * Preloaded into every test process by run-tests.ts.
 */
import { after } from 'node:test'
import { isMainThread } from 'node:worker_threads'

/** Ample for a process that has nothing left to do. */
const graceMs = Number(process.env['LAMBDAD_TEST_GRACE_MS'] ?? 10_000)

// The runner itself and the threads of a test preload this as well; only the process of a file is meant.
if (isMainThread && process.env['NODE_TEST_CONTEXT'] !== undefined) {
  after(() => {
    setTimeout(() => {
      console.error(
        `${process.argv[1]} has leaked: ${graceMs / 1000} s after its last test these still hold its process: ` +
          process.getActiveResourcesInfo().join(', '),
      )
      process.exit(1)
    }, graceMs).unref()
  })
}
