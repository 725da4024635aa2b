import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SandboxStartError } from './sandbox.ts'
import { ThreadClient } from './thread-client.ts'

const server = new URL('thread-server.ts', import.meta.url).href
const sandbox = new URL('sandbox.ts', import.meta.url).href

/** Does what it is told: numbers are answered doubled, late when they are odd. */
const entry = new URL(
  `data:text/javascript,${encodeURIComponent(`
    import { answerWith } from '${server}'
    import { SandboxStartError } from '${sandbox}'
    let release
    const released = new Promise((resolve) => { release = resolve })
    answerWith(async (request) => {
      if (request === 'refuse') throw new SandboxStartError('install something')
      if (request === 'throw') throw new Error('it went wrong')
      if (request === 'end') return process.exit()
      if (request === 'crash') return void setImmediate(() => { throw new Error('a bug') })
      if (request === 'close') return release()
      if (request % 2 === 1) await released
      return request * 2
    })`)}`,
)

type Request = number | 'refuse' | 'throw' | 'end' | 'crash' | 'close'
const open = () => new ThreadClient<Request>('test', entry, {})

test('every request is answered, in whatever order, before the thread ends', async () => {
  const thread = open()
  const order: unknown[] = []
  const asked = [1, 2, 3, 4].map((number) =>
    thread.ask(number).then((answer) => order.push(answer)),
  )
  await Promise.all([asked[1], asked[3]])
  assert.deepEqual(order, [4, 8])
  assert.equal(String(thread.ended), 'undefined')
  await thread.close('close')
  await Promise.all(asked)
  assert.deepEqual(order, [4, 8, 2, 6])
  assert.equal(String(thread.ended), 'Error: the test thread has ended: it was stopped')
  await assert.rejects(thread.ask(2), /the test thread has ended/)
  await thread.close('close')
})

test('what goes wrong is said in its words, and as what it was', async () => {
  const thread = open()
  const refusal = await thread.ask('refuse').catch((error: unknown) => error)
  assert.ok(refusal instanceof SandboxStartError)
  assert.equal(refusal.message, 'install something')
  const failure = await thread.ask('throw').catch((error: unknown) => error)
  assert.ok(!(failure instanceof SandboxStartError))
  assert.equal(String(failure), 'Error: it went wrong')
  assert.equal(await thread.ask(2), 4)
  await thread.close('close')
})

test('a thread that ends tells everybody who waits, with the first reason', async () => {
  for (const [how, words] of [
    ['end', 'it was stopped'],
    ['crash', 'a bug'],
  ] as const) {
    const thread = open()
    const message = `the test thread has ended: ${words}`
    const waiting = assert.rejects(thread.ask(1), { message })
    const ending = thread.ask(how).catch(() => undefined)
    await Promise.all([waiting, ending])
    assert.equal(thread.ended?.message, message)
    await thread.close('close')
  }
})

test('one that is stopped answers nobody', async () => {
  const thread = open()
  const waiting = assert.rejects(thread.ask(1), /it was stopped/)
  await thread.stop()
  await waiting
})
