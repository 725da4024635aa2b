import assert from 'node:assert/strict'
import { test } from 'node:test'
import { pythonImage } from './image.ts'

const run = { memoryMb: 128, environment: {} }
const parts = { bootstrap: '/run/bootstrap', sdk: '/cache/sdk', versionHash: 'ab' }

test('the Python of the distribution is in the user land already', () => {
  const image = pythonImage({
    ...parts,
    identifier: 'python3.11',
    interpreter: {
      version: '3.11',
      fullVersion: '3.11.2',
      executable: '/usr/bin/python3.11',
      prefix: '/usr',
      isShared: false,
    },
  })
  assert.deepEqual(image.mounts, [
    { source: '/cache/sdk', target: '/var/lang/lib/python3.11/site-packages' },
    { source: '/run/bootstrap', target: '/var/runtime' },
  ])
  assert.deepEqual(image.command(run), ['/usr/bin/python3.11', '-S', '/var/runtime/bootstrap.py'])
  assert.equal(image.env['PATH'], undefined)
  assert.equal(image.runtimeApi, 'inherited')
  assert.equal(image.versionLabel, 'python:3.11.v3.11.2')
  assert.equal(image.versionHash, 'ab')
  assert.equal(image.fallbackOf, undefined)
  assert.equal(image.needsOwnStart?.({ PYTHONHASHSEED: '1' }), true)
})

const built = {
  version: '3.13',
  fullVersion: '3.13.0',
  executable: '/srv/pythons/3.13.0/bin/python3.13',
  prefix: '/srv/pythons/3.13.0',
  isShared: false,
} as const
const language = [
  { source: `${built.prefix}/bin`, target: '/var/lang/bin' },
  { source: `${built.prefix}/lib`, target: '/var/lang/lib' },
]
const rest = [
  { source: '/cache/sdk', target: '/var/lang/lib/python3.13/site-packages' },
  { source: '/run/bootstrap', target: '/var/runtime' },
]

test('any other is at /var/lang, as on AWS', () => {
  const image = pythonImage({ ...parts, identifier: 'python3.13', interpreter: built })
  assert.deepEqual(image.mounts, [...language, ...rest])
  const start = ['/var/lang/bin/python3.13', '-S', '/var/runtime/bootstrap.py']
  assert.deepEqual(image.command(run), start)
  assert.equal(image.env['PATH'], '/var/lang/bin:/usr/local/bin:/usr/bin/:/bin:/opt/bin')
})

test('a library is also where it was installed to, for functions with an LD_LIBRARY_PATH', () => {
  const interpreter = { ...built, isShared: true }
  const { mounts } = pythonImage({ ...parts, identifier: 'python3.13', interpreter })
  const lib = `${built.prefix}/lib`
  assert.deepEqual(mounts, [...language, { source: lib, target: lib }, ...rest])
})

test('nothing is mounted where sandboxes have something of their own', () => {
  for (const prefix of ['/opt/python3.13', '/tmp/p', '/var/lang/p']) {
    const interpreter = { ...built, prefix, isShared: true }
    const { mounts } = pythonImage({ ...parts, identifier: 'python3.13', interpreter })
    const own = mounts.filter(({ source, target }) => source === target)
    assert.deepEqual(own, [], prefix)
  }
})

test('a fallback says so, and looks for layers of the version that was asked for', () => {
  const image = pythonImage({
    ...parts,
    identifier: 'python3.14',
    interpreter: {
      version: '3.13',
      fullVersion: '3.13.0',
      executable: '/usr/bin/python3.13',
      prefix: '/usr',
      isShared: false,
    },
  })
  assert.equal(image.fallbackOf, 'python3.14')
  assert.equal(image.versionLabel, 'python:3.14.v3.13.0')
  assert.equal(
    image.env['_LAMBDAD_PYTHON_PATH'],
    '/opt/python/lib/python3.14/site-packages:/opt/python:/var/lang/lib/python3.13/site-packages',
  )
})
