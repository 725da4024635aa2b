/**
 * A small world for the tests of this folder: a network namespace that plays the host, in which the test process
 * itself lives from then on, and another that plays the Internet. No packet ever leaves the two.
 */
import assert from 'node:assert/strict'
import { execFile, execFileSync, spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import type { Socket } from 'node:net'
import { promisify } from 'node:util'
import { randomHex } from '../../kernel/ids.ts'
import { silentLog } from '../../kernel/log.ts'
import { enterNewNetwork } from './libc.ts'
import { createNetworks } from './networks.ts'
import { uplinks } from './uplinks.ts'
import type { NetworkOptions, Networks, SandboxNetwork } from './networks.ts'

const execute = promisify(execFile)

/** A reason to skip tests that make networks, or false. */
export function whyNoNetworks(): string | false {
  if (process.getuid?.() !== 0) return 'needs root'
  for (const [program, option, name] of [
    ['nft', '--version', 'nftables'],
    ['ip', '-Version', 'iproute2'],
    ['nsenter', '--version', 'util-linux'],
  ] as const) {
    try {
      execFileSync(program, [option], { stdio: 'ignore' })
    } catch {
      return `needs ${name}`
    }
  }
  return false
}

/** The host's address on its uplink, and who answers beyond it. */
export const addresses = {
  host: '192.0.2.2',
  internet: '192.0.2.1',
  web: '203.0.113.10',
  metadata: ['169.254.169.254', '100.100.100.200', '168.63.129.16', '192.0.0.192'],
} as const

/**
 * Makes this process's main thread, with all threads and children that it starts from now on, live on a host of
 * its own with no interface but loopback.
 */
export function enterOwnHost(): void {
  enterNewNetwork()
  ip('link', 'set', 'lo', 'up')
  // The machine's setting is handed down, and another server may have switched it on.
  setForwarding(false)
}

/** No test touches the network of the machine that it runs on. */
function assertOwnHost(): void {
  const others = uplinks().filter((name) => name !== 'up0')
  assert.deepEqual(others, [], 'enterOwnHost comes first')
}

/**
 * Answers at every address: HTTP on port 80 with the client's address, UDP on port 9999 with what it got, and
 * names of example.test on port 53: big.example.test over TCP alone, host.example.test is the host.
 */
const internetScript = `
  const { createServer } = require('node:http')
  const { once } = require('node:events')
  const net = require('node:net')
  const dgram = require('node:dgram')
  const seen = []
  process.on('disconnect', () => process.exit())
  process.once('message', () => {
  createServer((request, response) => response.end(request.socket.remoteAddress)).listen(80, '0.0.0.0')
  const udp = dgram.createSocket('udp4', (packet, from) => {
    seen.push(from.address + ' ' + from.port + ' ' + packet)
    udp.send(packet, from.port, from.address)
  }).bind(9999, '${addresses.web}')
  const answer = (query, transport) => {
    const bytes = Buffer.from(query.subarray(0, query.length))
    const end = query.indexOf(0, 12) + 5
    const name = query.toString('latin1', 12, end)
    const isBig = name.includes('big') && transport === 'udp'
    bytes.writeUInt16BE(isBig ? 0x8380 : name.includes('example') ? 0x8180 : 0x8183, 2)
    const isA = query.readUInt16BE(end - 4) === 1 && name.includes('example') && !isBig
    bytes.writeUInt16BE(isA ? 1 : 0, 6)
    bytes.fill(0, 8, 12)
    const address = name.includes('host') ? [192, 0, 2, 2] : [203, 0, 113, 10]
    const record = Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4, ...address])
    return Buffer.concat([bytes.subarray(0, end), isA ? record : Buffer.alloc(0)])
  }
  const dns = dgram.createSocket('udp4', (query, from) => {
    dns.send(answer(query, 'udp'), from.port, from.address)
  }).bind(53, '${addresses.web}')
  net.createServer((socket) => {
    socket.on('error', () => undefined)
    socket.on('data', (chunk) => {
      const message = answer(chunk.subarray(2), 'tcp')
      socket.write(Buffer.concat([Buffer.from([message.length >> 8, message.length & 255]), message]))
    })
  }).listen(53, '0.0.0.0')
  process.on('message', () => process.send(seen))
  Promise.all([once(udp, 'listening'), once(dns, 'listening')]).then(() => process.send('ready'))
  })
  process.send('alive')
`

/** Something at the other end of the host's uplink. */
export class Internet implements AsyncDisposable {
  readonly #process: ChildProcess

  private constructor(child: ChildProcess) {
    this.#process = child
  }

  static async start(): Promise<Internet> {
    assertOwnHost()
    const child = await startWired(internetScript, 'up0', addresses.host, addresses.internet)
    for (const address of [addresses.web, ...addresses.metadata])
      nsenter(child, 'address', 'add', `${address}/32`, 'dev', 'lo')
    ip('route', 'add', 'default', 'via', addresses.internet)
    // Now that it has addresses to listen at.
    const listening = once(child, 'message')
    child.send('listen')
    await listening
    return new Internet(child)
  }

  /** By another way than the host's own. */
  routeTo(network: string): void {
    nsenter(this.#process, 'route', 'add', network, 'via', addresses.host)
  }

  /** Runs a script of Node's there. @returns what it has written */
  async run(script: string): Promise<string> {
    const words = ['-t', String(this.#process.pid), '-n', process.execPath, '-e']
    return (await execute('nsenter', [...words, scriptTools + script])).stdout.trim()
  }

  /** `<address> <port> <text>` of every packet that port 9999 has got, in the order of arrival. */
  async packets(): Promise<string[]> {
    const answer = once(this.#process, 'message')
    this.#process.send('seen')
    const [seen] = await answer
    return seen as string[]
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await endWired(this.#process, 'up0')
  }
}

/**
 * Starts a script of Node's in a namespace of its own that a wire leads to: `name` and `hostAddress` are this end,
 * `eth0` and `address` the other. Resolves when the script has sent a message.
 */
export async function startWired(
  script: string,
  name: string,
  hostAddress: string,
  address: string,
): Promise<ChildProcess> {
  const child = spawn('unshare', ['--net', '--', process.execPath, '-e', script], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  await once(child, 'message')
  const pid = String(child.pid)
  ip('link', 'add', name, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', pid)
  ip('address', 'add', `${hostAddress}/24`, 'dev', name)
  ip('link', 'set', name, 'up')
  nsenter(child, 'address', 'add', `${address}/24`, 'dev', 'eth0')
  nsenter(child, 'link', 'set', 'lo', 'up')
  nsenter(child, 'link', 'set', 'eth0', 'up')
  return child
}

/** The script ends when it is disconnected. Resolves when the wire is gone, too. */
export async function endWired(child: ChildProcess, name: string): Promise<void> {
  child.disconnect()
  await once(child, 'exit')
  await until(() => !interfaces().includes(name))
}

/** With the Internet's nameserver; the endpoint answers every connection with one line. */
export async function openNetworks(options: Partial<NetworkOptions> = {}): Promise<Networks> {
  assertOwnHost()
  return await createNetworks({
    mode: 'egress',
    endpointPort: 4566,
    serverId: `test-${randomHex(12)}`,
    spare: 1,
    nameservers: [{ address: addresses.web, port: 53 }],
    register: async () => undefined,
    onEndpoint: (connection: Socket) => void connection.end('lambdad\n'),
    log: silentLog,
    ...options,
  })
}

/** Runs a script of Node's in a namespace, as root. @returns what it has written */
export async function inside(network: SandboxNetwork, script: string): Promise<string> {
  const words = [`--net=${network.path}`, '--', process.execPath, '-e', scriptTools + script]
  return (await execute('nsenter', words)).stdout.trim()
}

/** For scripts that run inside. */
const scriptTools = `
  const net = require('node:net')
  const dgram = require('node:dgram')
  const { once } = require('node:events')
  const dns = new (require('node:dns').promises.Resolver)()
  dns.setServers(['127.0.0.1'])
  const { execFileSync } = require('node:child_process')
  /** What a server says first, or the code of the failure. */
  const connect = (host, port, say = '') => new Promise((resolve) => {
    let text = ''
    const socket = net.connect({ host, port })
    socket.on('connect', () => socket.write(say))
    socket.on('data', (chunk) => { text += chunk })
    socket.on('error', (error) => resolve(error.code))
    socket.on('close', () => resolve(text))
  })
  const http = async (host, port = 80) => (await connect(host, port, 'GET / HTTP/1.0\\r\\n\\r\\n')).split('\\r\\n\\r\\n').pop()
`

export function ip(...words: string[]): string {
  return execFileSync('ip', words, { encoding: 'utf8' })
}

/** `ip` in the namespace of a child. */
export function nsenter(child: ChildProcess, ...words: string[]): void {
  execFileSync('nsenter', ['-t', String(child.pid), '-n', 'ip', ...words])
}

/** The address of a sandbox on the host. */
export async function addressOf(network: SandboxNetwork): Promise<string> {
  const script = "console.log(require('node:os').networkInterfaces().eth0[0].address)"
  return await inside(network, script)
}

/** Of this process's host. */
export function interfaces(): string[] {
  const text = readFileSync('/proc/net/dev', 'utf8')
  return [...text.matchAll(/^ *([^:\s]+):/gm)].map(([, name = '']) => name)
}

export function nft(...words: string[]): string {
  return execFileSync('nft', words, { encoding: 'utf8' })
}

/** Tables of servers. */
export function tableNames(): string[] {
  return [...nft('list', 'tables', 'inet').matchAll(/lambdad_\w+/g)].map(([name]) => name)
}

export function isForwarding(): boolean {
  return readFileSync('/proc/sys/net/ipv4/ip_forward', 'utf8').trim() === '1'
}

export function setForwarding(isOn: boolean): void {
  // By this very thread: others may be on another host.
  writeFileSync('/proc/sys/net/ipv4/ip_forward', isOn ? '1' : '0')
}

/** How many descriptors this process has. */
export function descriptors(): number {
  return readdirSync('/proc/self/fd').length
}

/** Waits without a limit of its own. */
export async function until(condition: () => boolean): Promise<void> {
  // Not the clock's timers, which do not keep the process alive.
  while (!condition()) await new Promise(setImmediate)
}
