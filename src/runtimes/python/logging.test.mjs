/**
 * What functions write: prints, `logging` as text and JSON, errors; as frames and as lines. The expectations were
 * observed with awslambdaric 4.2.2 on Python 3.10 to 3.13.
 */
import assert from 'node:assert/strict'
import { framesOf, handlerOf, onEachPython, withFunction } from './test-kit.mjs'

const TEXT = 0xa55a0003
const JSON_TYPE = 0xa55a0002
const LEVELS = { DEBUG: 0x08, INFO: 0x0c, WARNING: 0x10, ERROR: 0x14, CRITICAL: 0x18 }
const TIME = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g
const WHOLE_SECOND = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/

/** Runs one invocation and gives back its frames, as type and text with the times as `T`. */
async function framesFrom(python, code, count, env = {}) {
  let frames = []
  await withFunction(
    python,
    code,
    async (bootstrap) => {
      await bootstrap.invoke('0', {}, 'r1')
      frames = await framesOf(bootstrap, count)
    },
    { frames: true, env },
  )
  const nowMicros = Date.now() * 1000
  for (const { micros } of frames) assert.ok(Math.abs(Number(micros) - nowMicros) < 60e6)
  return frames.map(({ type, text }) => [type, text.replaceAll(TIME, 'T')])
}

onEachPython('what is printed is there at once, whole lines or not', (python) => {
  const code = handlerOf(`import os, signal, sys
print("a", 1)
print(".", end="")
sys.stdout.write("b")
sys.stdout.writelines(["c", "d"])
print("error", file=sys.stderr)
os.kill(os.getpid(), signal.SIGKILL)`)
  return withFunction(python, code, async (bootstrap) => {
    await assert.rejects(bootstrap.invoke('0'), /no answer/)
    assert.equal(bootstrap.stdout, 'a 1\n.bcd')
    assert.equal(bootstrap.stderr, 'error\n')
  })
})

onEachPython('the streams are what they are on AWS', (python) => {
  const code = handlerOf(`import sys
with sys.stdout as out:
    pass
return [type(sys.stdout).__name__, type(sys.stderr).__name__, sys.stdout.encoding, sys.stdout.fileno()]`)
  return withFunction(python, code, async (bootstrap) => {
    const seen = ['Unbuffered', 'Unbuffered', 'utf-8', 1]
    assert.deepEqual((await bootstrap.invoke('0')).json, seen)
  })
})

const messages = `import logging
log = logging.getLogger()
log.debug("d")
log.info("i")
log.warning("w %s", 1)
log.error("two\\nlines")
logging.getLogger("a.b").critical("c")
log.log(35, "35")
log.log(99, "99")`

onEachPython('text: warnings and above, each one frame, without a level on it', async (python) => {
  assert.deepEqual(await framesFrom(python, handlerOf(messages), 5), [
    [TEXT, '[WARNING]\tT\tr1\tw 1\n'],
    [TEXT, '[ERROR]\tT\tr1\ttwo\nlines\n'],
    [TEXT, '[CRITICAL]\tT\tr1\tc\n'],
    [TEXT, '[Level 35]\tT\tr1\t35\n'],
    [TEXT, '[Level 99]\tT\tr1\t99\n'],
  ])
})

onEachPython('text with a level: that and above, with the level on the frame', async (python) => {
  const frames = await framesFrom(python, handlerOf(messages), 7, {
    AWS_LAMBDA_LOG_LEVEL: 'TRACE',
  })
  assert.deepEqual(frames, [
    [TEXT + LEVELS.DEBUG, '[DEBUG]\tT\tr1\td\n'],
    [TEXT + LEVELS.INFO, '[INFO]\tT\tr1\ti\n'],
    [TEXT + LEVELS.WARNING, '[WARNING]\tT\tr1\tw 1\n'],
    [TEXT + LEVELS.ERROR, '[ERROR]\tT\tr1\ttwo\nlines\n'],
    [TEXT + LEVELS.CRITICAL, '[CRITICAL]\tT\tr1\tc\n'],
    [TEXT + LEVELS.WARNING, '[Level 35]\tT\tr1\t35\n'],
    [TEXT + LEVELS.CRITICAL, '[Level 99]\tT\tr1\t99\n'],
  ])
})

onEachPython('JSON: levels of AWS', async (python) => {
  for (const [level, shown] of [
    [undefined, ['WARNING', 'ERROR', 'CRITICAL', 'WARNING', 'CRITICAL']],
    ['INFO', ['INFO', 'WARNING', 'ERROR', 'CRITICAL', 'WARNING', 'CRITICAL']],
    ['WARN', ['WARNING', 'ERROR', 'CRITICAL', 'WARNING', 'CRITICAL']],
    ['FATAL', ['CRITICAL', 'CRITICAL']],
  ]) {
    const frames = await framesFrom(python, handlerOf(messages), shown.length, {
      AWS_LAMBDA_LOG_FORMAT: 'JSON',
      ...(level === undefined ? {} : { AWS_LAMBDA_LOG_LEVEL: level }),
    })
    assert.deepEqual(
      frames.map(([, text]) => JSON.parse(text).level),
      shown,
    )
    for (const [type, text] of frames)
      assert.equal(type, JSON_TYPE + LEVELS[JSON.parse(text).level])
  }
})

onEachPython('JSON: the fields of a line, in their order', (python) => {
  const code = handlerOf(`import logging
log = logging.getLogger("my.logger")
log.warning("é %s", 1, extra={"more": {"n": 1}, "odd": {1, 2}, "level": "mine", "errorType": "mine", "empty": None})
log.warning({"a": "object"}, exc_info=True)
try:
    raise ValueError("v")
except ValueError:
    log.exception("caught")`)
  return withFunction(
    python,
    code,
    async (bootstrap, taskRoot) => {
      await bootstrap.invoke('0', { 'Lambda-Runtime-Aws-Tenant-Id': 't1' }, 'r1')
      const lines = (await framesOf(bootstrap, 3)).map(({ text }) => text)
      for (const line of lines) assert.equal(line.at(-1), '\n')
      const [plain, object, caught] = lines.map((line) => JSON.parse(line))
      const head = { level: 'WARNING', logger: 'my.logger', requestId: 'r1', tenantId: 't1' }
      const { timestamp, ...fields } = plain
      assert.match(timestamp, WHOLE_SECOND)
      assert.deepEqual(fields, { ...head, message: 'é 1', more: { n: 1 }, odd: '{1, 2}' })
      assert.match(
        lines[0],
        /^\{"timestamp": "[^"]+", "level": "WARNING", "message": "é 1", "logger": "my\.logger", "requestId": "r1", "tenantId": "t1", "more": /,
      )
      assert.deepEqual(object.message, { a: 'object' })
      assert.deepEqual(Object.keys(caught), [
        ...['timestamp', 'level', 'message', 'logger', 'stackTrace', 'errorType', 'errorMessage'],
        ...['requestId', 'location', 'tenantId'],
      ])
      assert.deepEqual([caught.errorType, caught.errorMessage], ['ValueError', 'v'])
      assert.equal(caught.location, `${taskRoot}/app.py:handler:10`)
      assert.ok(
        caught.stackTrace[0].startsWith(`  File "${taskRoot}/app.py", line 8, in handler\n`),
      )
    },
    { frames: true, env: { AWS_LAMBDA_LOG_FORMAT: 'JSON' } },
  )
})

onEachPython('an error of the handler: one frame, spaces kept from the console', (python) => {
  const code = handlerOf('raise ValueError("one\\n  two")')
  return withFunction(
    python,
    code,
    async (bootstrap, taskRoot) => {
      await bootstrap.invoke('0', {}, 'r1')
      const [{ type, text }] = await framesOf(bootstrap, 1)
      assert.equal(type, TEXT + LEVELS.ERROR)
      assert.equal(
        text,
        `[ERROR] ValueError: one\n  two\nTraceback (most recent call last):\n` +
          `\u00a0\u00a0File "${taskRoot}/app.py", line 3, in handler\n` +
          '\u00a0\u00a0\u00a0\u00a0raise ValueError("one\\n  two")',
      )
    },
    { frames: true },
  )
})

onEachPython('an error of the handler as JSON', (python) =>
  withFunction(
    python,
    handlerOf('raise ValueError("é")'),
    async (bootstrap) => {
      const { json } = await bootstrap.invoke('0', {}, 'r1')
      const [{ type, text }] = await framesOf(bootstrap, 1)
      assert.equal(type, JSON_TYPE + LEVELS.ERROR)
      const { timestamp, level, ...body } = JSON.parse(text)
      assert.match(timestamp, WHOLE_SECOND)
      assert.equal(level, 'ERROR')
      assert.deepEqual(body, json)
    },
    { frames: true, env: { AWS_LAMBDA_LOG_FORMAT: 'json' } },
  ),
)

onEachPython('errors without a message or a trace', async (python) => {
  const [[, empty]] = await framesFrom(python, handlerOf('raise ValueError'), 1)
  assert.match(empty, /^\[ERROR\] ValueError\nTraceback /)
  const [[, fault]] = await framesFrom(python, handlerOf('return {1}'), 1)
  assert.equal(
    fault,
    '[ERROR] Runtime.MarshalError: Unable to marshal response: Object of type set is not JSON serializable\nTraceback (most recent call last):',
  )
})

onEachPython('a frame on standard output begins a line of its own', (python) => {
  const code = handlerOf(`import logging
print("no line end", end="")
logging.warning("w")
print("after")`)
  return withFunction(
    python,
    code,
    async (bootstrap) => {
      await bootstrap.invoke('0')
      await bootstrap.logged('after\n')
      const [first, rest] = bootstrap.stdout.split('\n', 2)
      assert.equal(first, 'no line end')
      // 0xa5 is no UTF-8.
      assert.ok(rest.startsWith('\ufffdZ\0\u0003'))
    },
    { env: { _LAMBDA_TELEMETRY_LOG_FD: '1' } },
  )
})

onEachPython('without frames: lines, errors with carriage returns inside', (python) => {
  const code = handlerOf('import logging\nlogging.warning("a\\nb")\nraise ValueError("c")')
  return withFunction(python, code, async (bootstrap, taskRoot) => {
    await bootstrap.invoke('0', {}, 'r1')
    await bootstrap.logged('ValueError')
    assert.equal(
      bootstrap.stdout.replaceAll(TIME, 'T'),
      '[WARNING]\tT\tr1\ta\nb\n' +
        `[ERROR] ValueError: c\rTraceback (most recent call last):\r\u00a0\u00a0File "${taskRoot}/app.py", ` +
        'line 5, in handler\r\u00a0\u00a0\u00a0\u00a0raise ValueError("c")\n',
    )
  })
})

onEachPython(
  'logging is set up for whoever imports it, and not loaded for who does not',
  (python) => {
    const code = handlerOf(
      'return seen',
      `import importlib.util, sys
seen = ['logging' in sys.modules]
# Only asking leaves everything as it is.
importlib.util.find_spec('logging')
import logging
logging.basicConfig(level='DEBUG')
seen.append([type(each).__name__ for each in logging.getLogger().handlers])
seen.append(hasattr(logging.getLogger().handlers[0], 'log_sink'))
seen.append(logging.getLogger().level == logging.WARNING)`,
    )
    return withFunction(python, code, async (bootstrap) => {
      const seen = [false, ['LambdaLoggerHandler'], true, true]
      assert.deepEqual((await bootstrap.invoke('0')).json, seen)
    })
  },
)

onEachPython(
  "context.log, with logging and without, and with a handler's own handlers",
  async (python) => {
    const code = handlerOf(`context.log("before")
import logging
context.log("after\\n")
logging.getLogger().handlers.clear()
context.log(5)`)
    await withFunction(
      python,
      code,
      async (bootstrap) => {
        await bootstrap.invoke('0')
        await bootstrap.logged('5')
        assert.deepEqual(
          (await framesOf(bootstrap, 2)).map(({ type, text }) => [type, text]),
          [
            [TEXT, 'before'],
            [TEXT, 'after\n'],
          ],
        )
      },
      { frames: true },
    )
  },
)

onEachPython('times are UTC whatever TZ says', (python) =>
  withFunction(
    python,
    handlerOf('import logging\nlogging.warning("w")'),
    async (bootstrap) => {
      await bootstrap.invoke('0')
      const [{ text }] = await framesOf(bootstrap, 1)
      const time = Date.parse(/\t(\S+Z)\t/.exec(text)[1])
      assert.ok(Math.abs(Date.now() - time) < 60_000, text)
    },
    { frames: true, env: { TZ: 'Asia/Tokyo' } },
  ),
)
