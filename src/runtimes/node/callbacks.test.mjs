/** Callback-style handlers of nodejs20.x and nodejs22.x; nodejs24.x refuses them at init. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { legacyMajors, withFunction } from './test-kit.mjs'

for (const major of legacyMajors) {
  const callbackHandler = (body) => `exports.handler = (event, context, callback) => { ${body} }`

  test(`node ${major}: a callback waits for an empty event loop, unless told not to`, async () => {
    const handler = callbackHandler(`
      context.callbackWaitsForEmptyEventLoop = event.wait
      setTimeout(() => console.log('late'), 30)
      callback(null, 'early')`)
    await withFunction(major, handler, async (bootstrap) => {
      assert.equal((await bootstrap.invoke({ wait: true })).text, '"early"')
      await bootstrap.logged('\tlate\n')
      const logged = bootstrap.stdout.match(/\tlate\n/g).length
      assert.equal(logged, 1)
      assert.equal((await bootstrap.invoke({ wait: false })).text, '"early"')
    })
  })

  test(`node ${major}: succeed, fail and done, and that only the first counts`, async () => {
    const handler = callbackHandler(`
      context[event.method](...event.args)
      context.succeed('second')
      callback(null, 'third')`)
    await withFunction(major, handler, async (bootstrap) => {
      const call = (method, ...args) => bootstrap.invoke({ method, args })
      assert.equal((await call('succeed', 'a')).text, '"a"')
      assert.equal((await call('done', null, 'b')).text, '"b"')
      assert.equal((await call('done', 'bad')).json.errorMessage, 'bad')
      assert.equal((await call('fail', 'c')).json.errorMessage, 'c')
      assert.equal((await call('fail')).json.errorMessage, 'handled')
      assert.equal(bootstrap.posts.length, 5)
    })
  })

  test(`node ${major}: a callback's error, and a throw before it`, async () => {
    const handler = callbackHandler(
      `if (event) throw new RangeError('thrown'); setImmediate(callback, new Error('told'))`,
    )
    await withFunction(major, handler, async (bootstrap) => {
      assert.equal((await bootstrap.invoke('0')).json.errorMessage, 'told')
      assert.equal((await bootstrap.invoke('1')).json.errorType, 'RangeError')
    })
  })

  test(`node ${major}: a callback that is never called is null`, async () => {
    await withFunction(major, callbackHandler(''), async (bootstrap) => {
      assert.equal((await bootstrap.invoke('{}')).text, 'null')
      assert.equal((await bootstrap.invoke('{}')).text, 'null')
    })
  })

  test(`node ${major}: callbacks of an earlier invocation do not touch a later one`, async () => {
    const handler = `
      const kept = []
      exports.handler = (event, context, callback) => {
        for (const old of kept.splice(0)) old(null, 'stale')
        kept.push(callback, context.succeed)
        context.callbackWaitsForEmptyEventLoop = false
        setTimeout(callback, 5, null, event)
      }`
    await withFunction(major, handler, async (bootstrap) => {
      for (const n of ['1', '2', '3']) assert.equal((await bootstrap.invoke(n)).text, n)
      assert.equal(bootstrap.posts.length, 3)
    })
  })

  test(`node ${major}: callback handlers are warned about, once`, async () => {
    await withFunction(major, callbackHandler('callback()'), async (bootstrap) => {
      await bootstrap.invoke('{}')
      await bootstrap.logged('plans to remove support')
      const warnings = bootstrap.stdout
        .split('\n')
        .filter((line) => line.includes('plans to remove support'))
      assert.equal(warnings.length, 1)
      assert.match(warnings[0], /^\S+\tundefined\tWARN\tAWS Lambda plans/)
    })
  })
}
