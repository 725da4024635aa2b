import assert from 'node:assert/strict'
import { test } from 'node:test'
import { needsOwnStart } from './needs-own-start.ts'

test('what a Python reads at its start needs a start of its own', () => {
  for (const name of [
    'PYTHONHASHSEED',
    'PYTHONUTF8',
    'PYTHONDEVMODE',
    'PYTHONMALLOC',
    'PYTHONWARNINGS',
    'PYTHONOPTIMIZE',
    'PYTHONIOENCODING',
    'PYTHONSAFEPATH',
    'PYTHON_GIL',
    'PYTHON_OF_TOMORROW',
    'LD_PRELOAD',
    'LD_LIBRARY_PATH',
    'GLIBC_TUNABLES',
    'MALLOC_ARENA_MAX',
    'LC_ALL',
    'LC_CTYPE',
    'AWS_LAMBDA_EXEC_WRAPPER',
  ])
    assert.equal(needsOwnStart({ A: 'b', [name]: '1' }), true, name)
  assert.equal(needsOwnStart({ LANG: 'de_DE.UTF-8' }), true)
})

test('what can be applied afterwards does not', () => {
  assert.equal(needsOwnStart({}), false)
  assert.equal(
    needsOwnStart({
      PYTHONPATH: '/opt/lib',
      PYTHONSTARTUP: 'x',
      PYTHONUNBUFFERED: '1',
      PYTHONDONTWRITEBYTECODE: '1',
      PYTHONPYCACHEPREFIX: '/tmp',
      PYTHONBREAKPOINT: '0',
      PYTHON_COLORS: '0',
      LANG: 'en_US.UTF-8',
      TZ: 'Asia/Tokyo',
      PATH: '/opt/bin',
      HOME: '/tmp',
      MY_PYTHON: 'x',
      AWS_LAMBDA_LOG_LEVEL: 'INFO',
    }),
    false,
  )
})
