/** Namespaces as one thread makes them: here the test's own. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { closeSync, readlinkSync } from 'node:fs'
import { before, describe, it } from 'node:test'
import { SandboxStartError } from '../sandbox.ts'
import { NamespaceMaker } from './namespace.ts'
import type { NamespaceDescriptors } from './namespace.ts'
import { descriptors, enterOwnHost, interfaces, ip, until, whyNoNetworks } from './test-support.ts'

const prefix = 'lmbdtest00'
const options = (range: string) => ({ endpointPort: 4566, wire: { prefix, ranges: [range] } })

describe('a maker of namespaces', { skip: whyNoNetworks(), timeout: 60_000 }, () => {
  before(enterOwnHost)

  it('makes them with their sockets, an address each, and is back on the host', () => {
    const host = readlinkSync('/proc/thread-self/ns/net')
    using maker = new NamespaceMaker(options('198.18.0.0/16'), 0x10)
    const made = maker.make()
    assert.equal(readlinkSync('/proc/thread-self/ns/net'), host)
    const sockets = inNamespace(made, 'cat /proc/net/tcp /proc/net/udp')
    // 127.0.0.1, in the order of bytes that the kernel shows it in.
    for (const port of [53, 4566, 9001]) assert.match(sockets, listening(port))
    assert.match(inNamespace(made, 'ip -4 -o address show dev eth0'), / 198\.18\.0\.18\/32 /)
    assert.ok(interfaces().includes(`${prefix}0010`))
    closeAll(made)
  })

  it('passes over names and addresses that are taken', async () => {
    using maker = new NamespaceMaker(options('198.18.0.0/16'), 0x20)
    ip('link', 'add', `${prefix}0020`, 'type', 'ifb')
    ip('route', 'add', '198.18.0.35/32', 'dev', 'lo')
    const made = maker.make()
    assert.match(inNamespace(made, 'ip -4 -o address show dev eth0'), / 198\.18\.0\.36\/32 /)
    ip('link', 'del', `${prefix}0020`)
    ip('route', 'del', '198.18.0.35/32', 'dev', 'lo')
    closeAll(made)
    await until(() => !interfaces().includes(`${prefix}0022`))
    assert.ok(!interfaces().includes(`${prefix}0021`))
  })

  it('says when all addresses are in use, and goes on when some are free again', async () => {
    using maker = new NamespaceMaker(options('198.18.0.0/29'), 0)
    const made = Array.from({ length: 5 }, () => maker.make())
    assert.throws(() => maker.make(), SandboxStartError)
    closeAll(made[2]!)
    await until(() => !interfaces().includes(`${prefix}0002`))
    closeAll(maker.make())
    for (const index of [0, 1, 3, 4]) closeAll(made[index]!)
    await until(() => !interfaces().some((name) => name.startsWith(prefix)))
  })

  it('leaves nothing when one fails, and is back on the host', async () => {
    const host = readlinkSync('/proc/thread-self/ns/net')
    // The Runtime API's port: the second socket cannot be bound to it.
    using maker = new NamespaceMaker({ ...options('198.18.0.0/16'), endpointPort: 9001 }, 0)
    const atFirst = descriptors()
    assert.throws(() => maker.make(), /^SandboxStartError: .*bind 127\.0\.0\.1:9001: EADDRINUSE/)
    assert.equal(readlinkSync('/proc/thread-self/ns/net'), host)
    assert.equal(descriptors(), atFirst)
    assert.ok(!interfaces().some((name) => name.startsWith(prefix)))
  })
})

function inNamespace(made: NamespaceDescriptors, script: string): string {
  const path = `--net=/proc/${process.pid}/fd/${made.namespace}`
  return execFileSync('nsenter', [path, '/bin/sh', '-c', script], { encoding: 'utf8' })
}

function listening(port: number): RegExp {
  return new RegExp(` 0100007F:${port.toString(16).toUpperCase().padStart(4, '0')} `)
}

function closeAll(made: NamespaceDescriptors): void {
  for (const descriptor of Object.values(made)) closeSync(descriptor as number)
}
