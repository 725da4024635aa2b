import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { it } from 'node:test'
import type { SandboxId, SandboxSpec } from '../sandbox.ts'
import { ociConfig } from './config.ts'

const spec: SandboxSpec = {
  id: 'golden' as SandboxId,
  command: ['/var/lang/bin/node', '/var/runtime/bootstrap.mjs'],
  env: { _HANDLER: 'index.handler', TZ: ':UTC' },
  workingDirectory: '/var/task',
  mounts: [
    { source: '/data/code/abc', target: '/var/task' },
    { source: '/data/layers/def', target: '/opt' },
  ],
  memoryMb: 128,
  tmpMb: 512,
  runtimeApi: 'inherited',
}

const options = {
  rootfs: '/run/lambdad/x/roots/y',
  userLand: [{ source: '/usr/bin', target: '/usr/bin' }],
  hostname: '0123456789ab',
  userSlot: 3,
  networkPath: undefined,
  cgroupsPath: undefined,
}

it('writes the whole isolation of a sandbox as it was agreed', () => {
  const golden = readFileSync(new URL('config.golden.json', import.meta.url), 'utf8')
  assert.deepEqual(ociConfig(spec, options), JSON.parse(golden))
})

it('joins a network namespace that was made before', () => {
  const config = ociConfig(spec, { ...options, networkPath: '/proc/1/fd/9' })
  const networks = config.linux.namespaces.filter(({ type }) => type === 'network')
  assert.deepEqual(networks, [{ type: 'network', path: '/proc/1/fd/9' }])
})

it('names a control group only for a runtime that insists on one', () => {
  assert.equal('cgroupsPath' in ociConfig(spec, options).linux, false)
  assert.equal(ociConfig(spec, { ...options, cgroupsPath: 'a/b' }).linux.cgroupsPath, 'a/b')
})

it('mounts parents before their children', () => {
  const mounts = ['/opt/b/c', '/opt', '/opt/b'].map((target) => ({ source: '/x', target }))
  const targets = ociConfig({ ...spec, mounts }, options).mounts.map((mount) => mount.destination)
  assert.deepEqual(targets.slice(-4), ['/opt', '/opt/b', '/opt/b/c', '/usr/bin'])
})
