/**
 * The system calls that networks of sandboxes are made of, and that Node.js has no API for.
 *
 * Every call returns at once and acts on the calling thread alone: in Linux each thread has its own network
 * namespace. Invariant: nothing here keeps a pointer; buffers are read or filled before a call returns.
 * Called by: namespace.ts and netlink.ts, in the thread that makes namespaces. Read next: ../c-library.ts.
 * Source: the section 2 manual pages.
 */
import { openLibrary } from '../c-library.ts'
import { SandboxStartError } from '../sandbox.ts'

const definitions = {
  unshare: { arguments: ['i32'], return: 'i32' },
  setns: { arguments: ['i32', 'i32'], return: 'i32' },
  socket: { arguments: ['i32', 'i32', 'i32'], return: 'i32' },
  bind: { arguments: ['i32', 'pointer', 'u32'], return: 'i32' },
  listen: { arguments: ['i32', 'i32'], return: 'i32' },
  send: { arguments: ['i32', 'pointer', 'u64', 'i32'], return: 'i64' },
  recv: { arguments: ['i32', 'pointer', 'u64', 'i32'], return: 'i64' },
} as const

const cloneNewNet = 0x40000000
const sockCloseOnExec = 0o2000000
const messageDontWait = 0x40
const messageNoSignal = 0x4000

export const family = { inet: 2, netlink: 16 } as const
export const socketType = { stream: 1, datagram: 2, raw: 3 } as const

const library = openLibrary(definitions)

/** @throws SandboxStartError when this Node.js cannot call the C library */
export function checkLibc(): void {
  if (library === undefined)
    throw new SandboxStartError(
      `Networks of sandboxes need a Node.js with node:ffi, and ${process.execPath} (${process.version}) has ` +
        'none: use 26.1 or newer, as built by the Node.js project.',
    )
}

/** Puts the calling thread into a new network namespace, with nothing but a loopback that is down. */
export function enterNewNetwork(): void {
  const c = libc()
  c.check('unshare', c.calls.unshare(cloneNewNet))
}

/** Puts the calling thread into the network namespace that the descriptor is of. */
export function enterNetwork(namespace: number): void {
  const c = libc()
  c.check('setns', c.calls.setns(namespace, cloneNewNet))
}

/** @returns a descriptor, closed in children; it belongs to the namespace that the thread is in. */
export function openSocket(domain: number, type: number, protocol: number): number {
  const c = libc()
  return c.check('socket', c.calls.socket(domain, type | sockCloseOnExec, protocol))
}

export function bindIpv4(descriptor: number, host: string, port: number): void {
  const address = Buffer.alloc(16)
  address.writeUInt16LE(family.inet)
  address.writeUInt16BE(port, 2)
  Buffer.from(host.split('.').map(Number)).copy(address, 4)
  const c = libc()
  c.check(`bind ${host}:${port}`, c.calls.bind(descriptor, address, address.length))
}

export function listen(descriptor: number, backlog: number): void {
  const c = libc()
  c.check('listen', c.calls.listen(descriptor, backlog))
}

export function send(descriptor: number, bytes: Buffer): void {
  const c = libc()
  const length = BigInt(bytes.length)
  c.check('send', Number(c.calls.send(descriptor, bytes, length, messageNoSignal)))
}

/** Takes what is there and never waits. @returns how many bytes of `into` were filled */
export function receive(descriptor: number, into: Buffer): number {
  const c = libc()
  const length = BigInt(into.length)
  return c.check('recv', Number(c.calls.recv(descriptor, into, length, messageDontWait)))
}

function libc() {
  checkLibc()
  return library!
}
