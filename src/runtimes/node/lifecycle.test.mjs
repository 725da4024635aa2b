/** How processes end, and what a handler can see of the runtime. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { legacyMajors, majors, withFunction } from './test-kit.mjs'

const handlerOf = (body) => `exports.handler = async (event, context) => { ${body} }`

for (const major of majors) {
  test(`node ${major}: an uncaught exception during an invocation`, async () => {
    const handler = handlerOf(
      `setImmediate(() => { throw new RangeError('loose') }); await new Promise((ok) => setTimeout(ok, 5000))`,
    )
    await withFunction(major, handler, async (bootstrap) => {
      const answer = await bootstrap.invoke('{}', {}, 'r1')
      assert.equal(answer.path, '/2018-06-01/runtime/invocation/r1/error')
      assert.equal(answer.json.errorType, 'RangeError')
      assert.deepEqual(await bootstrap.ended(), { code: 129, signal: null })
      assert.match(bootstrap.stdout, /\tr1\tERROR\tUncaught Exception \t\{"errorType":"RangeError"/)
      assert.equal(bootstrap.nexts, 1)
    })
  })

  test(`node ${major}: an unhandled rejection during an invocation`, async () => {
    const handler = handlerOf(
      `Promise.reject(new Error('HelloError')); await new Promise((ok) => setTimeout(ok, 5000))`,
    )
    await withFunction(major, handler, async (bootstrap) => {
      const { json } = await bootstrap.invoke('{}', {}, 'r1')
      assert.equal(json.errorType, 'Runtime.UnhandledPromiseRejection')
      assert.equal(json.errorMessage, 'Error: HelloError')
      assert.equal(json.trace[0], 'Runtime.UnhandledPromiseRejection: Error: HelloError')
      assert.deepEqual(await bootstrap.ended(), { code: 128, signal: null })
      assert.match(
        bootstrap.stdout,
        /\tr1\tERROR\tUnhandled Promise Rejection \t\{"errorType":"Runtime\.UnhandledPromiseRejection","errorMessage":"Error: HelloError","reason":\{"errorType":"Error","errorMessage":"HelloError",.*"promise":\{\},"stack":\[/,
      )
    })
  })

  test(`node ${major}: an unhandled rejection beside a decided result`, async () => {
    await withFunction(
      major,
      handlerOf(`Promise.reject(new Error('x')); return 'fine'`),
      async (bootstrap) => {
        const answer = await bootstrap.invoke('{}')
        // nodejs24.x sends a turn of the loop later, by when the rejection is known.
        if (major === 24) assert.equal(answer.json.errorType, 'Runtime.UnhandledPromiseRejection')
        else assert.equal(answer.text, '"fine"')
        assert.deepEqual(await bootstrap.ended(), { code: 128, signal: null })
        // Never may a process that is about to die ask for an event.
        assert.equal(bootstrap.nexts, 1)
        assert.equal(bootstrap.posts.length, 1)
      },
    )
  })

  test(`node ${major}: rejections with reasons of all sorts`, async () => {
    for (const [reason, message] of [
      ['undefined', 'undefined'],
      [`Symbol('s')`, 'Symbol(s)'],
      ['Object.create(null)', '[object Object]'],
    ]) {
      const handler = handlerOf(
        `Promise.reject(${reason}); await new Promise((ok) => setTimeout(ok, 5000))`,
      )
      await withFunction(major, handler, async (bootstrap) => {
        assert.equal((await bootstrap.invoke('{}')).json.errorMessage, message)
        assert.equal((await bootstrap.ended()).code, 128)
      })
    }
  })

  test(`node ${major}: a handler that settles while its process is dying asks for nothing more`, async () => {
    const handler = `
      exports.handler = () => new Promise((ok) => {
        process.on('uncaughtException', () => setTimeout(ok, 20, 'too late'))
        setImmediate(() => { throw new Error('x') })
      })`
    await withFunction(major, handler, async (bootstrap) => {
      await bootstrap.ready()
      bootstrap.holdAnswersMs = 60
      assert.match((await bootstrap.invoke('{}')).path, /\/error$/)
      assert.equal((await bootstrap.ended()).code, 129)
      assert.equal(bootstrap.posts.length, 1)
      assert.equal(bootstrap.nexts, 1)
    })
  })

  test(`node ${major}: an error between invocations ends the process without a word`, async () => {
    const handler = handlerOf(`setTimeout(() => { throw new Error('between') }, 30); return 1`)
    await withFunction(major, handler, async (bootstrap) => {
      await bootstrap.invoke('{}')
      assert.equal((await bootstrap.ended()).code, 129)
      assert.equal(bootstrap.posts.length, 1)
      assert.match(bootstrap.stdout, /Uncaught Exception/)
    })
  })

  test(`node ${major}: a promise that is never settled is NodeJsExit; the next event is served`, async () => {
    await withFunction(
      major,
      handlerOf(`if (event === 0) await new Promise(() => {}); return event`),
      async (bootstrap) => {
        for (let i = 0; i < 2; i++) {
          const { path, json } = await bootstrap.invoke('0')
          assert.match(path, /\/error$/)
          assert.equal(json.errorType, 'Runtime.NodeJsExit')
          assert.match(
            json.errorMessage,
            /^The Lambda runtime client detected an unexpected Node\.js exit code\. /,
          )
        }
        assert.equal((await bootstrap.invoke('1')).text, '1')
      },
    )
  })

  test(`node ${major}: errors while loading, told as init errors`, async () => {
    for (const [code, errorType, exit] of [
      [`Promise.reject(new Error('x'))`, 'Runtime.UnhandledPromiseRejection', 128],
      [`process.nextTick(() => { throw new RangeError('x') })`, 'RangeError', 129],
    ]) {
      const files = { 'index.mjs': `${code}; await new Promise((ok) => setTimeout(ok, 5000))` }
      await withFunction(major, files, async (bootstrap) => {
        assert.equal((await bootstrap.ended()).code, exit)
        assert.equal(bootstrap.posts[0].path, '/2018-06-01/runtime/init/error')
        assert.equal(bootstrap.posts[0].json.errorType, errorType)
      })
    }
  })

  test(`node ${major}: process.exit in the handler says nothing`, async () => {
    await withFunction(major, handlerOf('process.exit(7)'), async (bootstrap) => {
      await assert.rejects(bootstrap.invoke('{}'), /no answer/)
      assert.deepEqual(bootstrap.exit, { code: 7, signal: null })
      assert.equal(bootstrap.posts.length, 0)
    })
  })

  test(`node ${major}: SIGTERM ends the process`, async () => {
    await withFunction(major, handlerOf('return 1'), async (bootstrap) => {
      await bootstrap.ready()
      bootstrap.child.kill('SIGTERM')
      assert.deepEqual(await bootstrap.ended(), { code: null, signal: 'SIGTERM' })
    })
  })

  test(`node ${major}: the platform hangs up, or talks nonsense`, async () => {
    await withFunction(major, handlerOf('return 1'), async (bootstrap) => {
      await bootstrap.ready()
      bootstrap.socket.destroy()
      assert.deepEqual(await bootstrap.ended(), { code: 1, signal: null })
      assert.equal(bootstrap.stdout, '')
    })
    for (const [words, told] of [
      [
        'HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n',
        /Failed to get next invocation, error 403/,
      ],
      ['SSH-2.0-x\r\n\r\n', /not HTTP\/1\.1/],
    ]) {
      await withFunction(major, handlerOf('return 1'), async (bootstrap) => {
        await bootstrap.ready()
        bootstrap.socket.write(words)
        assert.equal((await bootstrap.ended()).code, 129)
        assert.match(bootstrap.stdout, told)
      })
    }
  })

  test(`node ${major}: neither the connection nor the log reaches child processes`, async () => {
    const handler = handlerOf(`
      const { readlinkSync } = require('node:fs')
      const { spawnSync } = require('node:child_process')
      const ours = [3, 4].map((fd) => readlinkSync('/proc/self/fd/' + fd))
      const theirs = spawnSync('/bin/ls', ['-l', '/proc/self/fd'], { encoding: 'utf8' }).stdout
      return { ours, inherited: ours.filter((link) => theirs.includes(link)), theirs }`)
    await withFunction(
      major,
      handler,
      async (bootstrap) => {
        const { ours, inherited, theirs } = (await bootstrap.invoke('{}')).json
        for (const link of ours) assert.match(link, /^socket:/)
        assert.match(theirs, / 0 -> /)
        assert.deepEqual(inherited, [])
      },
      { frames: true },
    )
  })

  test(`node ${major}: a handler sees AWS's globals and nothing else of ours`, async () => {
    const handler = handlerOf(`
      return {
        main: require.main === undefined,
        cache: Object.keys(require.cache).filter((file) => !file.startsWith(__dirname)),
        env: Object.keys(process.env).filter((name) => name.startsWith('_')).sort(),
        awslambda: Object.keys(globalThis.awslambda ?? {}).sort(),
        globals: Object.keys(globalThis).filter((name) => !known.includes(name)),
        store: globalThis.awslambda?.InvokeStore?.getRequestId(),
      }`)
    const known = `const known = [...Object.keys(require('node:vm').runInNewContext('globalThis')), 'global', 'clearImmediate', 'setImmediate', 'clearInterval', 'clearTimeout', 'setInterval', 'setTimeout', 'queueMicrotask', 'structuredClone', 'atob', 'btoa', 'performance', 'fetch', 'crypto', 'navigator', 'localStorage', 'sessionStorage']\n`
    await withFunction(major, known + handler, async (bootstrap) => {
      const seen = (await bootstrap.invoke('{}', {}, 'r1')).json
      assert.deepEqual(seen, {
        main: true,
        cache: [],
        env: ['_HANDLER', '_X_AMZN_TRACE_ID'],
        awslambda:
          major === 24
            ? ['HttpResponseStream', 'InvokeStore', 'streamifyResponse']
            : ['HttpResponseStream', 'streamifyResponse'],
        globals: ['gc', 'awslambda'].filter((name) => seen.globals.includes(name)),
        ...(major === 24 ? { store: 'r1' } : {}),
      })
    })
  })

  test(`node ${major}: without the awslambda global when told so`, async () => {
    await withFunction(
      major,
      handlerOf('return typeof awslambda'),
      async (bootstrap) => assert.equal((await bootstrap.invoke('{}')).text, '"undefined"'),
      { env: { AWS_LAMBDA_NODEJS_NO_GLOBAL_AWSLAMBDA: 'true' } },
    )
  })
}

for (const major of legacyMajors) {
  test(`node ${major}: a result that was decided before process.exit is sent`, async () => {
    const handler = `exports.handler = (event, context) => { context.succeed('last words'); process.exit(0) }`
    for (const tcp of [false, true]) {
      await withFunction(
        major,
        handler,
        async (bootstrap) => {
          assert.equal((await bootstrap.invoke('{}')).text, '"last words"')
          assert.deepEqual(await bootstrap.ended(), { code: 0, signal: null })
        },
        { tcp },
      )
    }
  })
}

test('node 24: the invoke store protects its keys and follows the invocation', async () => {
  const handler = handlerOf(`
    const store = awslambda.InvokeStore
    store.set('mine', 1)
    await new Promise((ok) => setTimeout(ok, 5))
    let refused
    try { store.set(Symbol.for('_AWS_LAMBDA_REQUEST_ID'), 'x') } catch (error) { refused = error.message }
    return [store.getRequestId(), store.getXRayTraceId(), store.getTenantId(), store.get('mine'), store.hasContext(), refused]`)
  await withFunction(24, handler, async (bootstrap) => {
    const headers = { 'Lambda-Runtime-Trace-Id': 'Root=1', 'Lambda-Runtime-Aws-Tenant-Id': 't' }
    assert.deepEqual((await bootstrap.invoke('{}', headers, 'r1')).json, [
      'r1',
      'Root=1',
      't',
      1,
      true,
      'Cannot modify protected Lambda context field: Symbol(_AWS_LAMBDA_REQUEST_ID)',
    ])
  })
})

for (const major of majors) {
  test(`node ${major}: gc collects, and is there in a process that is forked`, async () => {
    const files = {
      'index.js': `const { fork } = require('node:child_process')
        exports.handler = async () => {
          const { value, ...attributes } = Object.getOwnPropertyDescriptor(globalThis, 'gc')
          const weak = new WeakRef({ some: 'thing' })
          const heldBefore = weak.deref() !== undefined
          await new Promise((ok) => setTimeout(ok))
          gc()
          await gc({ execution: 'async' })
          const child = fork(require('node:path').join(__dirname, 'child.js'))
          const [inChild] = await require('node:events').once(child, 'message')
          return {
            attributes, heldBefore, heldAfter: weak.deref() !== undefined,
            type: typeof value, flag: process.execArgv[0], inChild,
          }
        }`,
      'child.js': 'process.send(typeof gc)',
    }
    await withFunction(major, files, async (bootstrap) => {
      const { json } = await bootstrap.invoke('{}')
      assert.deepEqual(json, {
        attributes: { writable: true, enumerable: false, configurable: true },
        heldBefore: true,
        heldAfter: false,
        type: 'function',
        flag: '--expose-gc',
        inChild: 'function',
      })
    })
  })
}
