/** An orderly end: what is under way is answered, what is new is refused, nothing is left. */
import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { clientsOf, deploy, invoke } from '../kit/deploy.ts'
import { belongingsOf, untilNothingIsLeft } from '../kit/leftovers.ts'
import { type TestServer, noSandboxes, startTestServer } from '../kit/server.ts'

/** Says in its log that it has begun, and takes its time. */
const slow = `
export const handler = async ({ waitMs }) => {
  await new Promise((resolve) => setTimeout(resolve, waitMs))
  return 'answered'
}`

async function startWithSlowFunction(): Promise<TestServer> {
  const server = await startTestServer()
  const { lambda } = clientsOf(server.url)
  await deploy(lambda, { FunctionName: 'slow', Timeout: 30, files: { 'index.mjs': slow } })
  lambda.destroy()
  return server
}

async function isRefused(url: string): Promise<boolean> {
  const { port } = new URL(url)
  const socket = connect(Number(port), '127.0.0.1')
  try {
    return await new Promise((resolve) => {
      socket.once('connect', () => resolve(false)).once('error', () => resolve(true))
    })
  } finally {
    socket.destroy()
  }
}

describe('an orderly end', { skip: noSandboxes ?? false }, () => {
  const ways: readonly (readonly [string, readonly NodeJS.Signals[]])[] = [
    ['SIGTERM', ['SIGTERM']],
    ['SIGTERM twice', ['SIGTERM', 'SIGTERM']],
    ['SIGINT, twice as npm sends it', ['SIGINT', 'SIGINT']],
  ]
  for (const [name, signals] of ways) {
    it(`by ${name} answers what is under way and refuses what is new`, async () => {
      await using server = await startWithSlowFunction()
      // Warm ones, so that what follows is under way as soon as it is asked.
      await Promise.all([1, 2, 3].map(() => invoke(server.url, 'slow', { waitMs: 100 })))
      const underWay = [1, 2, 3].map(() => invoke(server.url, 'slow', { waitMs: 1000 }))
      await sleep(300)
      const belongings = await belongingsOf(server.pid, server.dataDirectory)
      assert.ok(belongings.processes.size > 3)
      const ended = server.stop(signals[0]!)
      while (!(await isRefused(server.url))) await sleep(5)
      for (const signal of signals.slice(1)) process.kill(server.pid, signal)
      const answers = await Promise.all(underWay)
      for (const { status, text, error } of answers) {
        assert.deepEqual([status, text, error], [200, '"answered"', null])
      }
      assert.equal(await ended, 0, server.output())
      assert.doesNotMatch(server.output(), /    at |error:/i)
      await untilNothingIsLeft(belongings)
    })
  }

  it('does not wait for what takes longer than an end may take', async () => {
    await using server = await startWithSlowFunction()
    const half = connect(Number(new URL(server.url).port), '127.0.0.1')
    half.on('error', () => undefined)
    half.write('POST /2015-03-31/functions HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\n{')
    const cut = invoke(server.url, 'slow', { waitMs: 25_000 }).catch((error: unknown) => error)
    await sleep(500)
    const belongings = await belongingsOf(server.pid, server.dataDirectory)
    assert.equal(await server.stop('SIGTERM'), 0, server.output())
    assert.ok((await cut) instanceof Error, 'the connection was cut')
    half.destroy()
    await untilNothingIsLeft(belongings)
  })
})
