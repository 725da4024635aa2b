import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from '../../../test/kit/fast-check.ts'
import { testSpec } from '../test-support.ts'
import { onHost } from './paths.ts'

const mounts = [
  { source: '/data/layers', target: '/opt' },
  { source: '/data/code', target: '/var/task' },
  { source: '/data/lib', target: '/opt/lib' },
]

describe('onHost', () => {
  it('replaces mount targets in arguments, environment and working directory', () => {
    const spec = testSpec(['/var/task/bootstrap', '--dir=/opt'], {
      mounts,
      env: { PATH: '/usr/bin:/opt/bin', LIB: '/opt/lib:/opt/lib64', ROOT: '/var/task' },
      workingDirectory: '/var/task',
    })
    assert.deepEqual(onHost(spec), {
      command: ['/data/code/bootstrap', '--dir=/data/layers'],
      env: {
        PATH: '/usr/bin:/data/layers/bin',
        LIB: '/data/lib:/data/layers/lib64',
        ROOT: '/data/code',
      },
      workingDirectory: '/data/code',
    })
  })

  it('leaves alone what only looks like a target', () => {
    const env = {
      A: '/usr/opt',
      B: '/options',
      C: './opt',
      D: '/var/task-2',
      E: 'x/var/task',
      F: '/opt.d',
    }
    assert.deepEqual(onHost(testSpec(['/bin/true'], { mounts, env })).env, env)
  })

  it('changes nothing without mounts, and no text without a target', () => {
    const text = fc.string().filter((value) => !value.includes('/opt') && !value.includes('/var'))
    fc.assert(
      fc.property(text, fc.constantFrom([], mounts), (value, some) => {
        const spec = testSpec(['/bin/echo', value], { mounts: some, env: { X: value } })
        assert.deepEqual(onHost(spec).command, ['/bin/echo', value])
        assert.deepEqual(onHost(spec).env, { X: value })
      }),
    )
  })
})
