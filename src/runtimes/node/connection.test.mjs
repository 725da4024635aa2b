/** Which of Node's parts the bytes go through, and that they arrive either way. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { lambdaFlags, majors, withFunction } from './test-kit.mjs'

/** Answers with what it is asked for: whether `node:net` was loaded, or much text, or what it got. */
const handler = `exports.handler = async ({ length, text }) => {
  if (length !== undefined) return 'x\\u20ac'.repeat(length / 2)
  if (text !== undefined) return text
  return process.moduleLoadList.includes('NativeModule net')
}`

/** How Node.js is started, and whether what \`node:net\` is made of can be had then. */
const ways = {
  'as on AWS': { needsNet: false },
  'with --pending-deprecation': { needsNet: true, env: { NODE_PENDING_DEPRECATION: '1' } },
  'without process.binding': { needsNet: true, preloaded: 'delete process.binding' },
  'with another process.binding': {
    needsNet: true,
    preloaded: 'process.binding = () => ({ constants: {}, Pipe: class {} })',
  },
  'over TCP': { needsNet: true, tcp: true },
}

for (const major of majors)
  for (const [way, { needsNet, preloaded, ...options }] of Object.entries(ways))
    test(`node ${major}: bytes go to and fro, ${way}`, async () => {
      const preload = `data:text/javascript,${encodeURIComponent(preloaded ?? '')}`
      await withFunction(
        major,
        handler,
        async (bootstrap) => {
          assert.deepEqual((await bootstrap.invoke('{}')).json, needsNet)
          // More than the kernel takes at once, from a platform and to one that does not read for a while.
          const text = 'y\u00e4'.repeat(1 << 20)
          assert.equal((await bootstrap.invoke(JSON.stringify({ text }))).json, text)
          const answer = bootstrap.invoke(JSON.stringify({ length: 2 << 20 }))
          bootstrap.socket.pause()
          setTimeout(() => bootstrap.socket.resume(), 50)
          assert.equal((await answer).json, 'x\u20ac'.repeat(1 << 20))
          assert.equal((await bootstrap.invoke('{"text":"after"}')).json, 'after')
          assert.equal(bootstrap.stderr, '')
          bootstrap.socket.destroy()
          assert.deepEqual(await bootstrap.ended(), { code: 1, signal: null })
          assert.equal(bootstrap.stdout + bootstrap.stderr, '')
        },
        {
          ...options,
          entry: 'bootstrap.cjs',
          flags: [...lambdaFlags(major), ...(preloaded ? ['--import', preload] : [])],
        },
      )
    })

const parts = `exports.handler = awslambda.streamifyResponse(async (event, out) => {
  for (let n = 0; n < 60; n += 1)
    if (!out.write(Buffer.alloc(100_000, n))) await new Promise((ok) => out.once('drain', ok))
  out.end()
})`

for (const major of majors)
  test(`node ${major}: parts arrive whole and in order at a platform that does not read for a while`, async () => {
    await withFunction(
      major,
      parts,
      async (bootstrap) => {
        const answer = bootstrap.invoke('{}')
        await bootstrap.until(() => bootstrap.socket.bytesRead > 1 << 20, 'the first megabyte')
        bootstrap.socket.pause()
        setTimeout(() => bootstrap.socket.resume(), 50)
        const { body } = await answer
        assert.equal(body.length, 6_000_000)
        for (let n = 0; n < 60; n += 1)
          assert.ok(body.subarray(n * 100_000, (n + 1) * 100_000).every((byte) => byte === n))
      },
      { entry: 'bootstrap.cjs' },
    )
  })

for (const major of majors)
  test(`node ${major}: ends with an exception when it was given a file for a socket`, async () => {
    await withFunction(
      major,
      handler,
      async (bootstrap) => {
        assert.deepEqual(await bootstrap.ended(), { code: 1, signal: null })
        assert.match(bootstrap.stderr, /ERR_INVALID_FD_TYPE/)
      },
      // Of standard input the test kit makes /dev/null.
      { entry: 'bootstrap.cjs', env: { _LAMBDAD_RUNTIME_API_FD: '0' } },
    )
  })
