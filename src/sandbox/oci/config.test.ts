import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { it } from 'node:test'
import type { SandboxId, SandboxSpec } from '../sandbox.ts'
import { ociConfig } from './config.ts'
import { seccompProfile } from './seccomp.ts'

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
  const { linux, ...rest } = ociConfig(spec, options)
  // Too long to agree on line by line: seccomp.test.ts says what it must and must not allow.
  const { seccomp, ...others } = linux
  assert.deepEqual({ ...rest, linux: others }, JSON.parse(golden))
  assert.equal(seccomp, seccompProfile())
})

it('mounts nothing whose set-user-id bits or devices count, and runs nothing from data', () => {
  const userLand = ['/etc/ssl/certs', '/usr/bin', '/usr/share/zoneinfo'].map((target) => {
    return { source: target, target }
  })
  const { mounts } = ociConfig(spec, { ...options, userLand })
  const without = (option: string) =>
    mounts.filter((mount) => !mount.options.includes(option)).map((mount) => mount.destination)
  assert.deepEqual(without('nosuid'), [])
  // Its devices are those the OCI runtime puts there: it could not, otherwise.
  assert.deepEqual(without('nodev'), ['/dev'])
  assert.deepEqual(without('noexec'), ['/tmp', '/opt', '/usr/bin', '/var/task'])
  assert.deepEqual(without('ro'), ['/proc', '/dev', '/tmp'])
})

it('has its /tmp on a disk where there is one, writable, and programs may be run there', () => {
  const { mounts } = ociConfig(spec, { ...options, tmpDirectory: '/run/lambdad/x/disks/7' })
  assert.deepEqual(
    mounts.filter(({ destination }) => destination === '/tmp'),
    [
      {
        destination: '/tmp',
        type: 'bind',
        source: '/run/lambdad/x/disks/7',
        options: ['bind', 'nosuid', 'nodev'],
      },
    ],
  )
})

it('joins a network namespace that was made before', () => {
  const config = ociConfig(spec, { ...options, networkPath: '/proc/1/fd/9' })
  const networks = config.linux.namespaces.filter(({ type }) => type === 'network')
  assert.deepEqual(networks, [{ type: 'network', path: '/proc/1/fd/9' }])
})

it('joins a user namespace that was made before, and tells its mapping all the same', () => {
  const config = ociConfig(spec, { ...options, userNamespacePath: '/proc/1/fd/10' })
  const users = config.linux.namespaces.filter(({ type }) => type === 'user')
  assert.deepEqual(users, [{ type: 'user', path: '/proc/1/fd/10' }])
  assert.deepEqual(config.linux.uidMappings, ociConfig(spec, options).linux.uidMappings)
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
