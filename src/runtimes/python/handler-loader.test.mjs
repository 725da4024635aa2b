/**
 * From a handler's name to a function, and what is told when there is none. The expectations were observed with
 * awslambdaric 4.2.2 on Python 3.10 to 3.13.
 */
import assert from 'node:assert/strict'
import { onEachPython, withFunction } from './test-kit.mjs'

onEachPython('names of handlers', async (python) => {
  const files = {
    'app.py': 'class A:\n    pass\ndef handler(event, context): return "module"\n',
    'folder/app.py': 'def handler(event, context): return "folder"\n',
    'package/__init__.py': '',
    'package/sub/__init__.py': '',
    'package/sub/app.py': 'from .other import X\ndef handler(event, context): return X\n',
    'package/sub/other.py': 'X = "package"\n',
    // Before the one that Python has of its own.
    'colorsys.py': 'def handler(event, context): return "not the standard library"\n',
  }
  for (const [handler, result] of [
    ['app.handler', 'module'],
    ['folder/app.handler', 'folder'],
    ['package.sub.app.handler', 'package'],
    ['package/sub.app.handler', 'package'],
    ['colorsys.handler', 'not the standard library'],
  ]) {
    await withFunction(
      python,
      files,
      async (bootstrap) => assert.equal((await bootstrap.invoke('0')).json, result),
      { handler },
    )
  }
})

/** Handler, files, error type, message (a pattern where Python's own words differ), stack trace. */
const failures = [
  [
    'app',
    {},
    'Runtime.MalformedHandlerName',
    "Bad handler 'app': not enough values to unpack (expected 2, got 1)",
  ],
  [
    'app.handler',
    {},
    'Runtime.ImportModuleError',
    "Unable to import module 'app': No module named 'app'",
  ],
  [
    'a/b.handler',
    {},
    'Runtime.ImportModuleError',
    "Unable to import module 'a/b': No module named 'a'",
  ],
  [
    'app.handler',
    { 'app.py': 'import no.such\n' },
    'Runtime.ImportModuleError',
    "Unable to import module 'app': No module named 'no'",
  ],
  [
    'app.handler',
    { 'app.py': 'from dep import nothing\n', 'dep.py': '' },
    'Runtime.ImportModuleError',
    /^Unable to import module 'app': cannot import name 'nothing' from 'dep' \(.*\/dep\.py\)$/,
  ],
  [
    'app.handler',
    { 'app.py': 'x = 1\n' },
    'Runtime.HandlerNotFound',
    "Handler 'handler' missing on module 'app'",
  ],
  [
    'app.A.method',
    { 'app.py': 'class A:\n    def method(event, context): pass\n' },
    'Runtime.ImportModuleError',
    "Unable to import module 'app.A': No module named 'app.A'; 'app' is not a package",
  ],
  [
    'time.handler',
    { 'time.py': '' },
    'Runtime.BuiltInModuleConflict',
    'Cannot use built-in module time as a handler module',
  ],
  // AWS's runtime has loaded the standard library's own.
  [
    'string.handler',
    { 'string.py': 'def handler(event, context): pass\n' },
    'Runtime.HandlerNotFound',
    "Handler 'handler' missing on module 'string'",
  ],
  [
    'sys.inner.handler',
    {},
    'Runtime.BuiltInModuleConflict',
    'Cannot use built-in module sys.inner as a handler module',
  ],
  [
    'app.handler',
    { 'app.py': 'x = 1\nx ===\n' },
    'Runtime.UserCodeSyntaxError',
    "Syntax error in module 'app': invalid syntax (app.py, line 2)",
    [/^ {2}File ".*\/app\.py" Line 2\n {4}x ===\n$/],
  ],
  [
    'app.handler',
    { 'app.py': 'import dep\n', 'dep.py': 'def f():\npass\n' },
    'Runtime.UserCodeSyntaxError',
    "Syntax error in module 'app': expected an indented block after function definition on line 1 (dep.py, line 2)",
    [/^ {2}File ".*\/dep\.py" Line 2\n {4}pass\n$/],
  ],
]

onEachPython('what cannot be loaded is told as an init error', async (python) => {
  for (const [handler, files, errorType, message, trace = []] of failures) {
    await withFunction(
      python,
      files,
      async (bootstrap) => {
        assert.deepEqual(await bootstrap.ended(), { code: 1, signal: null })
        const [post] = bootstrap.posts
        assert.equal(post.path, '/2018-06-01/runtime/init/error')
        assert.equal(post.headers['lambda-runtime-function-error-type'], errorType)
        assert.equal(post.json.errorType, errorType)
        assert.equal(post.json.requestId, '')
        if (typeof message === 'string') assert.equal(post.json.errorMessage, message)
        else assert.match(post.json.errorMessage, message)
        assert.equal(post.json.stackTrace.length, trace.length)
        for (const [index, line] of trace.entries()) assert.match(post.json.stackTrace[index], line)
        assert.equal(bootstrap.nexts, 0)
      },
      { handler },
    )
  }
})

onEachPython('what a module raises is told with its frames, and those of the import', (python) => {
  const code = 'def f():\n    raise RuntimeError("ä boom")\nf()\n'
  return withFunction(python, code, async (bootstrap, taskRoot) => {
    assert.deepEqual(await bootstrap.ended(), { code: 1, signal: null })
    const { stackTrace, ...rest } = bootstrap.posts[0].json
    assert.deepEqual(rest, { errorMessage: 'ä boom', errorType: 'RuntimeError', requestId: '' })
    assert.match(
      stackTrace[0],
      /importlib\/__init__\.py", line \d+, in import_module\n {4}return _bootstrap\._gcd_import\(/,
    )
    assert.match(
      stackTrace[1],
      /^ {2}File "<frozen importlib\._bootstrap>", line \d+, in _gcd_import\n$/,
    )
    assert.deepEqual(stackTrace.slice(-2), [
      `  File "${taskRoot}/app.py", line 3, in <module>\n    f()\n`,
      `  File "${taskRoot}/app.py", line 2, in f\n    raise RuntimeError("ä boom")\n`,
    ])
    assert.match(
      bootstrap.stdout,
      /^\[WARNING\]\t[-\dT:.]+Z\t\tLAMBDA_WARNING: Unhandled exception\. .* see https:\/\/docs\.aws\.amazon\.com\/lambda\/latest\/dg\/runtimes-update\.html\r\n\[ERROR\] RuntimeError: ä boom\rTraceback \(most recent call last\):\r\u00a0\u00a0File /,
    )
  })
})

onEachPython('a module that ends the process says nothing more', async (python) => {
  for (const [code, exit] of [
    ['import sys\nsys.exit(5)\n', { code: 5, signal: null }],
    [
      'import os, signal\nos.kill(os.getpid(), signal.SIGKILL)\n',
      { code: null, signal: 'SIGKILL' },
    ],
  ]) {
    await withFunction(python, code, async (bootstrap) => {
      assert.deepEqual(await bootstrap.ended(), exit)
      assert.equal(bootstrap.requests.length, 0)
    })
  }
})
