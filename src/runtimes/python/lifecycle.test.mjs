/** What a function finds when its code is loaded, and how processes end. On every Python of this machine. */
import assert from 'node:assert/strict'
import { handlerOf, onEachPython, packed, withFunction } from './test-kit.mjs'

onEachPython('the search path, as on AWS', (python) => {
  const code = handlerOf(
    'import os\nreturn {"path": sys.path, "variable": os.environ["PYTHONPATH"]}',
    'import sys',
  )
  return withFunction(python, code, async (bootstrap, taskRoot) => {
    const { path, variable } = (await bootstrap.invoke('0')).json
    assert.equal(variable, '/var/runtime')
    const { version, prefix } = python
    const library = `${prefix}/lib/python${version}`
    const layers = [`/opt/python/lib/python${version}/site-packages`, '/opt/python']
    const sdk = '/nowhere/sdk'
    assert.deepEqual(path, [
      taskRoot,
      ...layers,
      // python3.10 has its SDK in /var/runtime, which comes later.
      ...(version === '3.10' ? [] : [sdk]),
      packed,
      `${prefix}/lib/python${version.replace('.', '')}.zip`,
      library,
      `${library}/lib-dynload`,
      sdk,
      ...layers,
    ])
  })
})

onEachPython('a PYTHONPATH of the customer replaces the layers', (python) =>
  withFunction(
    python,
    {
      'app.py': handlerOf('return [sys.path, X]', 'import sys\nfrom extra import X'),
      'lib/extra.py': 'X = 1\n',
    },
    async (bootstrap, taskRoot) => {
      const [path, x] = (await bootstrap.invoke('0')).json
      assert.equal(x, 1)
      assert.deepEqual(path.slice(0, 4), [taskRoot, packed, `${taskRoot}/lib`, '/opt/other'])
      assert.equal(path.at(-1), '/nowhere/sdk')
      assert.ok(!path.includes('/opt/python'))
    },
    { env: { PYTHONPATH: 'lib:/opt/other' } },
  ),
)

onEachPython('.pth files of the function, and a sitecustomize of its PYTHONPATH', (python) => {
  const files = {
    'app.py': handlerOf(
      'return [X, sys.from_pth, sys.from_customize]',
      'import sys\nfrom extra import X',
    ),
    'mine.pth': 'inner\nimport sys; sys.from_pth = len(sys.path) > 0\n',
    'inner/extra.py': 'X = 1\n',
    'hook/sitecustomize.py': 'import sys\nsys.from_customize = "app" not in sys.modules\n',
  }
  return withFunction(
    python,
    files,
    async (bootstrap) => assert.deepEqual((await bootstrap.invoke('0')).json, [1, true, true]),
    { env: { PYTHONPATH: 'hook' } },
  )
})

onEachPython('the environment, and nothing of ours in it', (python) => {
  const code = handlerOf(`import os, subprocess, sys
child = subprocess.run(['/usr/bin/env'], capture_output=True, text=True).stdout
return {
    'here': sorted(os.environ),
    'child': sorted(line.partition('=')[0] for line in child.splitlines()),
    'arguments': [each.rpartition('/')[2] for each in sys.argv],
    'builtins': [type(each).__name__ for each in (exit, quit, help, license, credits, copyright)],
}`)
  return withFunction(
    python,
    code,
    async (bootstrap) => {
      const seen = (await bootstrap.invoke('0')).json
      const ours = seen.here.filter((name) => name.startsWith('_') || name.includes('LAMBDAD'))
      assert.deepEqual(ours, ['_HANDLER', '_X_AMZN_TRACE_ID'])
      assert.deepEqual(seen.child, seen.here)
      assert.deepEqual(seen.arguments, ['bootstrap.py'])
      const printers = ['_Printer', '_Printer', '_Printer']
      assert.deepEqual(seen.builtins, ['Quitter', 'Quitter', '_Helper', ...printers])
    },
    { frames: true },
  )
})

onEachPython('neither the connection nor the log reaches child processes', (python) => {
  const code = handlerOf(`import os, subprocess
ours = [os.readlink(f'/proc/self/fd/{fd}') for fd in (3, 4)]
listing = subprocess.run(['/bin/ls', '-l', '/proc/self/fd'], capture_output=True, text=True, close_fds=False).stdout
return {'ours': ours, 'inherited': [link for link in ours if link in listing], 'listing': listing}`)
  return withFunction(
    python,
    code,
    async (bootstrap) => {
      const { ours, inherited, listing } = (await bootstrap.invoke('0')).json
      for (const link of ours) assert.match(link, /^socket:/)
      assert.match(listing, / 0 -> /)
      assert.deepEqual(inherited, [])
    },
    { frames: true },
  )
})

onEachPython('children of multiprocessing start, by spawn as well', (python) => {
  const code = `import multiprocessing
def work(end):
    end.send(6 * 7)
def handler(event, context):
    method = multiprocessing.get_context(event)
    ours, theirs = method.Pipe()
    child = method.Process(target=work, args=(theirs,))
    child.start()
    result = ours.recv()
    child.join()
    return [result, child.exitcode]
`
  return withFunction(python, code, async (bootstrap) => {
    for (const method of ['spawn', 'fork'])
      assert.deepEqual((await bootstrap.invoke(JSON.stringify(method))).json, [42, 0])
  })
})

onEachPython('ends of the process in the handler are the platform’s to tell', async (python) => {
  for (const [line, code, stderr] of [
    ['sys.exit(3)', 3, ''],
    ['sys.exit()', 0, ''],
    ['exit(4)', 4, ''],
    ['sys.exit("words")', 1, 'words\n'],
    ['os._exit(7)', 7, ''],
  ]) {
    await withFunction(python, handlerOf(line, 'import os, sys'), async (bootstrap) => {
      await assert.rejects(bootstrap.invoke('0'), /no answer/)
      assert.deepEqual(bootstrap.exit, { code, signal: null })
      assert.equal(bootstrap.stderr, stderr)
      assert.equal(bootstrap.posts.length, 0)
    })
  }
})

onEachPython('a KeyboardInterrupt ends the process as it ends any', (python) =>
  withFunction(python, handlerOf('raise KeyboardInterrupt'), async (bootstrap) => {
    await assert.rejects(bootstrap.invoke('0'), /no answer/)
    assert.deepEqual(bootstrap.exit, { code: null, signal: 'SIGINT' })
    assert.match(bootstrap.stderr, /\nKeyboardInterrupt\n$/)
  }),
)

onEachPython('exit handlers run, and threads are waited for', (python) => {
  const code = handlerOf(
    'threading.Thread(target=lambda: (time.sleep(0.05), print("thread"))).start()\nraise SystemExit(2)',
    'import atexit, threading, time\natexit.register(print, "at exit")',
  )
  return withFunction(python, code, async (bootstrap) => {
    await assert.rejects(bootstrap.invoke('0'), /no answer/)
    assert.deepEqual(bootstrap.exit, { code: 2, signal: null })
    assert.equal(bootstrap.stdout, 'thread\nat exit\n')
  })
})

onEachPython('signals between invocations: ended by SIGTERM, or handled', async (python) => {
  await withFunction(python, handlerOf('return 1'), async (bootstrap) => {
    await bootstrap.ready()
    bootstrap.child.kill('SIGTERM')
    assert.deepEqual(await bootstrap.ended(), { code: null, signal: 'SIGTERM' })
  })
  const code = handlerOf(
    'return 1',
    'import signal\nsignal.signal(signal.SIGTERM, lambda number, frame: print("got", number))',
  )
  await withFunction(python, code, async (bootstrap) => {
    await bootstrap.ready()
    bootstrap.child.kill('SIGTERM')
    await bootstrap.logged('got 15\n')
    assert.equal((await bootstrap.invoke('0')).text, '1')
  })
})

onEachPython('the platform hangs up: no word, even if threads go on', (python) => {
  const code = handlerOf(
    'return 1',
    'import threading, time\nthreading.Thread(target=time.sleep, args=(60,)).start()',
  )
  return withFunction(python, code, async (bootstrap) => {
    await bootstrap.ready()
    bootstrap.socket.destroy()
    assert.deepEqual(await bootstrap.ended(), { code: 1, signal: null })
    assert.equal(bootstrap.stdout + bootstrap.stderr, '')
  })
})

onEachPython('the platform refuses, or talks nonsense', async (python) => {
  for (const [words, told] of [
    [
      'HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n',
      /Failed to get next invocation, error 403\n$/,
    ],
    ['HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n', /Failed to get next invocation, error 200\n$/],
    ['SSH-2.0-x\r\n\r\n', /the answer is not HTTP\/1\.1\n$/],
  ]) {
    await withFunction(python, handlerOf('return 1'), async (bootstrap) => {
      await bootstrap.ready()
      bootstrap.socket.write(words)
      assert.deepEqual(await bootstrap.ended(), { code: 1, signal: null })
      assert.match(bootstrap.stderr, told)
    })
  }
})

onEachPython('verdicts on a result: 413 is passed over, 500 ends the process', async (python) => {
  const refuse = (status) => () => `HTTP/1.1 ${status} No\r\nContent-Length: 5\r\n\r\nwords`
  await withFunction(
    python,
    handlerOf('return event'),
    async (bootstrap) => {
      await bootstrap.invoke('1')
      assert.equal((await bootstrap.invoke('2')).text, '2')
    },
    { answer: refuse(413) },
  )
  await withFunction(
    python,
    handlerOf('return event'),
    async (bootstrap) => {
      await bootstrap.invoke('1')
      assert.deepEqual(await bootstrap.ended(), { code: 1, signal: null })
      assert.equal(bootstrap.stderr, 'LAMBDA_RUNTIME the Runtime API answered 500: words\n')
    },
    { answer: refuse(500) },
  )
})

const loadedOnAws = ['decimal', 'linecache', 'logging', 'string', 'threading', 'token', 'traceback']

onEachPython(
  'files that are called as modules of AWS’s runtime stand in nobody’s way',
  (python) => {
    const code = handlerOf(
      `import logging
logging.warning('w')
from decimal import Decimal
found = [__import__(name).__file__ for name in NAMES]
if event:
    raise ValueError
return [Decimal('1.50'), [os.path.dirname(file).startswith(os.path.dirname(os.__file__)) for file in found]]`,
      `import os\nNAMES = ${JSON.stringify(loadedOnAws)}`,
    )
    const shadows = loadedOnAws.map((name) => [
      `${name}.py`,
      'raise RuntimeError("not this one")\n',
    ])
    return withFunction(
      python,
      { 'app.py': code, ...Object.fromEntries(shadows) },
      async (bootstrap) => {
        assert.equal((await bootstrap.invoke('1')).json.errorType, 'ValueError')
        const right = JSON.stringify(loadedOnAws.map(() => true)).replaceAll(',', ', ')
        assert.equal((await bootstrap.invoke('0')).text, `[1.50, ${right}]`)
      },
    )
  },
)

onEachPython('PYTHONSAFEPATH and other variables of Python are obeyed', (python) =>
  withFunction(
    python,
    handlerOf('return [sys.flags.dev_mode, hash("a")]', 'import sys'),
    async (bootstrap) => {
      const first = (await bootstrap.invoke('0')).json
      assert.equal(first[0], true)
      await withFunction(
        python,
        handlerOf('return hash("a")'),
        async (other) => assert.equal((await other.invoke('0')).json, first[1]),
        { env: { PYTHONHASHSEED: '7' } },
      )
    },
    { env: { PYTHONSAFEPATH: '1', PYTHONDEVMODE: '1', PYTHONHASHSEED: '7' } },
  ),
)
