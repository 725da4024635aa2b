/** The console: text and JSON, levels, frames; and that logs come before the response. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { legacyMajors, majors, withFunction } from './test-kit.mjs'

const handlerOf = (body) => `exports.handler = async (event, context) => { ${body} }`
const LEVELS = { TRACE: 4, DEBUG: 8, INFO: 12, WARN: 16, ERROR: 20, FATAL: 24 }
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/

/** Decodes log frames, as the platform has to. @param {Buffer} bytes */
function decodeFrames(bytes) {
  const frames = []
  let offset = 0
  while (offset < bytes.length) {
    const type = bytes.readUInt32BE(offset)
    const length = bytes.readUInt32BE(offset + 4)
    const micros = bytes.readBigUInt64BE(offset + 8)
    const text = bytes.toString('utf8', offset + 16, offset + 16 + length)
    assert.equal(type & 0xffff0000, 0xa55a0000 | 0)
    frames.push({ json: (type & 1) === 0, level: type & 0x1c, micros, text })
    offset += 16 + length
  }
  assert.equal(offset, bytes.length)
  return frames
}

for (const major of majors) {
  const outside = major === 24 ? '-' : 'undefined'

  test(`node ${major}: text lines, one for each call, newlines as \\r`, async () => {
    const handler = `console.log('at init')\n${handlerOf(`
      console.trace('t'); console.debug('d'); console.info('i'); console.log('%s is %d', 'a', 5, { b: 1 })
      console.warn('w'); console.error('two\\nlines'); console.fatal('f'); console.log()
      process.stdout.write('raw\\n')`)}`
    await withFunction(major, handler, async (bootstrap) => {
      await bootstrap.invoke('{}', {}, 'r1')
      await bootstrap.logged('raw\n')
      const lines = bootstrap.stdout
        .trimEnd()
        .split('\n')
        .map((line) => line.split('\t'))
      assert.deepEqual(
        lines.map(([, ...rest]) => rest),
        [
          [outside, 'INFO', 'at init'],
          ['r1', 'TRACE', 't'],
          ['r1', 'DEBUG', 'd'],
          ['r1', 'INFO', 'i'],
          ['r1', 'INFO', 'a is 5 { b: 1 }'],
          ['r1', 'WARN', 'w'],
          ['r1', 'ERROR', 'two\rlines'],
          ['r1', 'FATAL', 'f'],
          ['r1', 'INFO', 'undefined'],
          [],
        ],
      )
      for (const [time] of lines.slice(0, -1)) assert.match(time, TIME)
    })
  })

  test(`node ${major}: JSON records`, async () => {
    const handler = handlerOf(`
      console.log('plain')
      console.log({ a: 1 })
      console.log('%d of %s', 1, 'two')
      console.error(new TypeError('bad'))
      console.warn('with', Object.assign(new RangeError('inner'), { code: 'X' }))
      console.log({ big: 1n })
      console.log('line\\nbreak')`)
    const env = { AWS_LAMBDA_LOG_FORMAT: 'JSON' }
    await withFunction(
      major,
      handler,
      async (bootstrap) => {
        await bootstrap.invoke('{}', { 'Lambda-Runtime-Aws-Tenant-Id': 't1' }, 'r1')
        await bootstrap.logged('break')
        const records = bootstrap.stdout
          .trimEnd()
          .split('\n')
          .map((line) => JSON.parse(line))
        assert.deepEqual(Object.keys(records[0]), [
          'timestamp',
          'level',
          'requestId',
          'tenantId',
          'message',
        ])
        assert.match(records[0].timestamp, TIME)
        assert.deepEqual(
          [records[0].level, records[0].requestId, records[0].tenantId],
          ['INFO', 'r1', 't1'],
        )
        assert.deepEqual(records.map((record) => record.message).slice(0, 3), [
          'plain',
          { a: 1 },
          '1 of two',
        ])
        assert.equal(records[3].level, 'ERROR')
        assert.equal(records[3].message.errorType, 'TypeError')
        assert.equal(records[3].message.errorMessage, 'bad')
        assert.equal(records[3].message.stackTrace[0], 'TypeError: bad')
        assert.match(records[4].message, /^with RangeError: inner/)
        assert.deepEqual([records[4].errorType, records[4].errorMessage], ['RangeError', 'inner'])
        assert.equal(records[4].stackTrace[0], 'RangeError: inner')
        assert.equal(records[5].message, '{ big: 1n }')
        assert.equal(records[6].message, 'line\nbreak')
      },
      { env },
    )
  })

  test(`node ${major}: JSON records of errors of the handler`, async () => {
    await withFunction(
      major,
      handlerOf(`throw new TypeError('bad')`),
      async (bootstrap) => {
        await bootstrap.invoke('{}', {}, 'r1')
        await bootstrap.until(() => bootstrap.stdout.endsWith('\n'), 'the log')
        const record = JSON.parse(bootstrap.stdout)
        assert.deepEqual(
          [record.level, record.requestId, record.message.errorType],
          ['ERROR', 'r1', 'TypeError'],
        )
      },
      { env: { AWS_LAMBDA_LOG_FORMAT: 'JSON' } },
    )
  })

  test(`node ${major}: the log level`, async () => {
    const all = `for (const level of ['trace', 'debug', 'info', 'log', 'warn', 'error', 'fatal']) console[level](level)`
    for (const [level, expected] of [
      ['WARN', 'warn error fatal'],
      ['debug', 'debug info log warn error fatal'],
      ['FATAL', 'fatal'],
      ['odd', 'trace debug info log warn error fatal'],
    ]) {
      await withFunction(
        major,
        handlerOf(all),
        async (bootstrap) => {
          await bootstrap.invoke('{}')
          await bootstrap.logged('fatal')
          const said = bootstrap.stdout
            .trimEnd()
            .split('\n')
            .map((line) => JSON.parse(line).message)
          assert.equal(said.join(' '), expected)
        },
        { env: { AWS_LAMBDA_LOG_LEVEL: level, AWS_LAMBDA_LOG_FORMAT: 'JSON' } },
      )
    }
  })

  test(`node ${major}: frames of text`, async () => {
    const handler = handlerOf(`
      for (const level of ['trace', 'debug', 'info', 'warn', 'error', 'fatal']) console[level](level + '\\nähm')
      console.log('x'.repeat(300_000))
      return process.env._LAMBDA_TELEMETRY_LOG_FD ?? 'hidden'`)
    await withFunction(
      major,
      handler,
      async (bootstrap) => {
        const before = BigInt(Date.now()) * 1000n
        assert.equal((await bootstrap.invoke('{}', {}, 'r1')).json, 'hidden')
        const whole = () => bootstrap.frames.length > 300_000 && bootstrap.frames.at(-1) === 0x0a
        await bootstrap.until(whole, 'the frames')
        const frames = decodeFrames(bootstrap.frames)
        assert.deepEqual(
          frames.map((frame) => frame.level),
          [...Object.values(LEVELS), LEVELS.INFO],
        )
        assert.ok(frames.every((frame) => !frame.json && frame.micros >= before - 1000n))
        const [time, id, level, message] = frames[4].text.split('\t')
        assert.match(time, TIME)
        assert.equal(BigInt(Date.parse(time)) * 1000n, frames[4].micros)
        assert.deepEqual([id, level, message], ['r1', 'ERROR', 'error\nähm\n'])
        assert.equal(bootstrap.stdout, '')
      },
      { frames: true },
    )
  })

  test(`node ${major}: frames of JSON`, async () => {
    await withFunction(
      major,
      handlerOf(`console.warn('a\\nb')`),
      async (bootstrap) => {
        await bootstrap.invoke('{}', {}, 'r1')
        await bootstrap.until(() => bootstrap.frames.length > 0, 'the frame')
        const [frame, ...rest] = decodeFrames(bootstrap.frames)
        assert.deepEqual(rest, [])
        assert.deepEqual([frame.json, frame.level], [true, LEVELS.WARN])
        assert.equal(JSON.parse(frame.text).message, 'a\nb')
      },
      { frames: true, env: { AWS_LAMBDA_LOG_FORMAT: 'json' } },
    )
  })

  test(`node ${major}: what was logged can be read when the response comes`, async () => {
    const handler = handlerOf(`console.log('y'.repeat(30_000)); return 1`)
    await withFunction(major, handler, async (bootstrap) => {
      // Nobody reads stdout: 30 kB fit into a pipe, and must be in it before the response is sent.
      await bootstrap.ready()
      bootstrap.child.stdout.pause()
      await bootstrap.invoke('{}')
      bootstrap.child.kill('SIGKILL')
      bootstrap.child.stdout.resume()
      await bootstrap.ended()
      assert.match(bootstrap.stdout, /\ty{30000}\n$/)
    })
  })
}

for (const major of legacyMajors) {
  test(`node ${major}: monitoring tools find the request id where AWS keeps it`, async () => {
    const handler = handlerOf(`return globalThis[Symbol.for('aws.lambda.runtime.requestId')]`)
    await withFunction(major, handler, async (bootstrap) => {
      assert.equal((await bootstrap.invoke('{}', {}, 'r9')).text, '"r9"')
    })
  })
}
