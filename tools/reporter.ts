/**
 * Node's `spec` report, and below it, alone on the very last line, what people and scripts look for:
 * `12 passed, 0 failed`. Given to node:test by run-tests.ts.
 */
import { Readable } from 'node:stream'
import { spec } from 'node:test/reporters'
import type { TestEvent } from 'node:test/reporters'

export default async function* report(events: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  let passed = 0
  let failed = 0
  async function* counted(): AsyncGenerator<TestEvent> {
    for await (const event of events) {
      // The summary without a file is that of the whole run.
      if (event.type === 'test:summary' && event.data.file === undefined) {
        passed = event.data.counts.passed
        // A test that was cancelled (its parent ended first, or it hung) did not pass.
        failed =
          event.data.counts.tests - passed - event.data.counts.skipped - event.data.counts.todo
      }
      yield event
    }
  }
  for await (const text of Readable.from(counted()).compose(new spec())) yield String(text)
  yield `\n${passed} passed, ${failed} failed\n`
}
