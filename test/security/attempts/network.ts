/**
 * Reaching what is not for functions through the network: services of the host, neighbours, metadata services, under
 * true and false addresses. Whatever else a sandbox may reach, these hold: with loopback alone, and with a way out.
 */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createSocket } from 'node:dgram'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import os from 'node:os'
import type { Attempt, Group } from '../attempt.ts'
import { pythonPrelude, refused } from '../attempt.ts'
import type { Snippet } from '../arena.ts'
import { runOnHost } from '../arena.ts'

const prelude = `${pythonPrelude}
import socket, sys
def connect(family, address):
    with socket.socket(family, socket.SOCK_STREAM) as client:
        client.settimeout(5)
        client.connect(address)
`

const [RAW, CLOEXEC] = [3, 0x8_0000]

/**
 * `[name, family, type, protocol, answer inside, answer in gVisor]`: sockets that only open code of the kernel, or
 * others' ears. Of most gVisor knows nothing, or says that it may not be.
 */
const sockets: readonly (readonly [string, number, number, number, string, string?])[] = [
  ['a packet socket', 17, RAW, 0x0300, 'EAFNOSUPPORT'],
  ['a raw IPv4 socket', 2, RAW, 1, 'EPERM'],
  ['a raw IPv6 socket', 10, RAW | CLOEXEC, 58, 'EPERM'],
  ['a hypervisor socket (vsock)', 40, 1, 0, 'EAFNOSUPPORT'],
  ['a kernel cryptography socket (AF_ALG)', 38, 5, 0, 'EAFNOSUPPORT'],
  ['an IPsec key socket (AF_KEY)', 15, RAW, 2, 'ENOSYS'],
  ['a Bluetooth socket', 31, RAW, 1, 'EAFNOSUPPORT'],
  ['an audit socket (netlink)', 16, RAW, 9, 'EPROTONOSUPPORT'],
  ['a netfilter socket (netlink)', 16, RAW, 12, 'EPROTONOSUPPORT'],
  // gVisor has one on which nobody ever speaks.
  ['a device event socket (netlink)', 16, RAW, 15, 'EPROTONOSUPPORT', 'done'],
  ['a multipath TCP socket', 2, 1, 262, 'EPROTONOSUPPORT'],
  ['an SCTP socket', 2, 1, 132, 'ENOSYS'],
]

const openSockets: Snippet = {
  python: `${pythonPrelude}
import json, sys
for family, kind, protocol in json.loads(sys.argv[1]):
    show(family, lambda: call('socket', family, kind, protocol) > 0)
show('routes', lambda: call('socket', 16, 3, 0) > 0)`,
  args: [JSON.stringify(sockets.map((socket) => socket.slice(1, 4)))],
}

const refusedByGvisor = 'EAFNOSUPPORT|EPROTONOSUPPORT|EPERM'

const socketAttempts: Attempt[] = sockets.map(([name, , , , answer, inGvisor], index) => ({
  name: `opens ${name}`,
  needsPython: true,
  async make(arena, t) {
    const [inside, onHost] = await Promise.all([arena.run(openSockets), runOnHost(openSockets)])
    const expected = arena.inGvisor ? (inGvisor ?? refusedByGvisor) : answer
    assert.match(
      inside.stdout.split('\n')[index]?.split(' ')[1] ?? '',
      new RegExp(`^(${expected})$`),
    )
    assert.match(inside.stdout, /^routes done True$/m)
    const host = onHost.stdout.split('\n')[index]?.split(' ')[1]
    if (host !== 'done') t.diagnostic(`this kernel answers ${host} by itself`)
  },
}))

/** Of every interface but loopback. */
const hostAddresses = Object.values(os.networkInterfaces())
  .flatMap((addresses) => addresses ?? [])
  .filter(({ internal, family }) => !internal && family === 'IPv4')
  .map(({ address }) => address)

/** A TCP service on all addresses of the host, loopback and abstract names included, while `use` runs. */
async function withService(use: (port: string, name: string) => Promise<void>): Promise<void> {
  const name = `lambdad-test-${randomBytes(8).toString('hex')}`
  const servers = [createServer(), createServer()].map((server) =>
    server.on('connection', (socket) => socket.end()),
  )
  servers[0]!.listen(0, '0.0.0.0')
  servers[1]!.listen(`\0${name}`)
  try {
    await Promise.all(servers.map((server) => once(server, 'listening')))
    await use(String((servers[0]!.address() as AddressInfo).port), name)
  } finally {
    for (const server of servers) server.close()
  }
}

/** Every address by which the inside could mean the host: what it knows, and where its packets would go. */
const reachHost = `${prelude}
port, addresses = int(sys.argv[1]), sys.argv[3:]
for line in open('/proc/net/route').readlines()[1:]:
    gateway = int(line.split()[2], 16).to_bytes(4, 'little')
    if any(gateway):
        addresses.append(socket.inet_ntoa(gateway))
for address in ['127.0.0.1', '0.0.0.0'] + addresses:
    show('tcp', lambda: connect(socket.AF_INET, (address, port)))
show('unix', lambda: connect(socket.AF_UNIX, '\\0' + sys.argv[2]))`

export const network: Group = {
  title: 'the network',
  attempts: [
    ...socketAttempts,
    {
      name: 'reaches a service of the host: on loopback, by its addresses, by an abstract Unix name',
      needsPython: true,
      async make(arena) {
        await withService(async (port, name) => {
          const reach = { python: reachHost, args: [port, name, ...hostAddresses] }
          const inside = await arena.run(reach)
          assert.match(
            inside.stdout,
            /^(tcp (ECONNREFUSED|ENETUNREACH|EHOSTUNREACH)\n){2,}unix ECONNREFUSED\n$/,
          )
          const onHost = await runOnHost({ ...reach, args: [port, name] })
          assert.match(onHost.stdout, /^tcp done None\n[^]*unix done None\n$/)
        })
      },
    },
    refused({
      name: 'reaches metadata services of clouds',
      run: {
        python: `${prelude}
for address in ['169.254.169.254', '169.254.170.2', '100.100.100.200']:
    show('tcp', lambda: connect(socket.AF_INET, (address, 80)))
show('tcp6', lambda: connect(socket.AF_INET6, ('fd00:ec2::254', 80)))`,
      },
      shows:
        /^(tcp (ECONNREFUSED|ENETUNREACH|EHOSTUNREACH)\n){3}tcp6 (ENETUNREACH|EADDRNOTAVAIL)\n$/,
    }),
    {
      name: 'listens where its neighbour would connect, and on every address it has itself',
      needsPython: true,
      async make(arena) {
        const listen = `
          const { createServer } = require('node:net')
          for (const place of [{ port: 4455, host: '0.0.0.0' }, '\\0meeting']) {
            const server = createServer((socket) => socket.end()).listen(place)
            server.unref()
            await new Promise((resolve) => server.once('listening', resolve))
          }
          const interfaces = Object.values(require('node:os').networkInterfaces()).flat()
          return interfaces.filter(({ family }) => family === 'IPv4').map(({ address }) => address)`
        const { text } = await arena.invoke('attacker', { node: listen })
        const connect = {
          python: `${prelude}
for address in sys.argv[1:]:
    show('tcp', lambda: connect(socket.AF_INET, (address, 4455)))
show('unix', lambda: connect(socket.AF_UNIX, '\\0meeting'))`,
          args: JSON.parse(text) as string[],
        }
        assert.match((await arena.run(connect)).stdout, /^(tcp done None\n)+unix done None\n$/)
        const { stdout } = await arena.run(connect, 'neighbour')
        assert.match(
          stdout,
          /^(tcp (ECONNREFUSED|ENETUNREACH|EHOSTUNREACH)\n)+unix ECONNREFUSED\n$/,
        )
      },
    },
    refused({
      name: 'changes its network: addresses, interfaces, routes',
      run: {
        python: `${prelude}
import fcntl, struct
SIOCADDRT, SIOCGIFFLAGS, SIOCSIFFLAGS, SIOCSIFADDR = 0x890b, 0x8913, 0x8914, 0x8916
any = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
def ask(request, data):
    fcntl.ioctl(any, request, struct.pack('16s', b'lo').ljust(16, b'\\0') + data.ljust(112, b'\\0'))
show('flags', lambda: ask(SIOCGIFFLAGS, b''))
show('down', lambda: ask(SIOCSIFFLAGS, struct.pack('h', 0)))
show('address', lambda: ask(SIOCSIFADDR, struct.pack('hH4s', 2, 0, bytes([10, 0, 0, 9]))))
show('route', lambda: ask(SIOCADDRT, b''))
def link():
    routes = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0)
    info = struct.pack('BxHiII', 0, 0, 0, 0, 0)
    kind = struct.pack('HH4s', 8, 1, b'dumm')
    body = info + struct.pack('HH', 4 + len(kind), 18) + kind
    routes.send(struct.pack('IHHII', 16 + len(body), 16, 0x605, 1, 0) + body)
    answer = routes.recv(4096)
    error = struct.unpack_from('i', answer, 16)[0]
    if error != 0:
        raise OSError(-error, '')
show('link', link)`,
      },
      shows: /^flags done None\ndown EPERM\naddress EPERM\nroute EPERM\nlink EPERM\n$/,
      inGvisor:
        /^flags done None\n((down|address|route) (ENOTTY|EPERM)\n){3}link (EACCES|EPERM)\n$/,
    }),
    refused({
      name: 'takes the address of somebody else (IP_TRANSPARENT, SO_MARK)',
      run: {
        python: `${prelude}
IP_TRANSPARENT, SO_MARK = 19, 36
sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
show('transparent', lambda: sender.setsockopt(socket.SOL_IP, IP_TRANSPARENT, 1))
show('mark', lambda: sender.setsockopt(socket.SOL_SOCKET, SO_MARK, 1))
show('bind', lambda: sender.bind(('192.0.2.1', 0)))`,
      },
      shows: /^transparent EPERM\nmark EPERM\nbind EADDRNOTAVAIL\n$/,
      // It takes such options and does nothing with them.
      inGvisor: /^transparent .*\nmark .*\nbind EADDRNOTAVAIL\n$/,
      onHost: /^transparent done None\nmark done None$/m,
    }),
    {
      name: 'sends datagrams to the host under a false address (IP_FREEBIND)',
      needsPython: true,
      async make(arena) {
        const listener = createSocket('udp4').bind(0, '0.0.0.0')
        await once(listener, 'listening')
        const heard: string[] = []
        const { port } = listener.address()
        const over = new Promise<void>((resolve) => {
          listener.on('message', (message) => {
            if (String(message) === 'over') resolve()
            else heard.push(String(message))
          })
        })
        try {
          const send = `${prelude}
IP_FREEBIND = 15
def send(source, target):
    sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sender.setsockopt(socket.SOL_IP, IP_FREEBIND, 1)
    sender.bind((source, 0))
    return sender.sendto(b'heard', (target, int(sys.argv[1])))
for source in ['192.0.2.1', '127.0.0.1', '0.0.0.0']:
    for target in sys.argv[2:]:
        show('sent', lambda: send(source, target))
print('end')`
          const targets = [...hostAddresses, '127.0.0.1', '255.255.255.255']
          const ran = await arena.run({ python: send, args: [String(port), ...targets] })
          assert.match(ran.stdout, /^(sent .*\n)+end\n$/)
          // What it has sent would have come before this.
          createSocket('udp4').unref().send('over', port, '127.0.0.1')
          await over
          assert.deepEqual(heard, [])
        } finally {
          listener.close()
        }
      },
    },
    refused({
      name: 'listens on a port of the system',
      run: {
        python: `${prelude}
show('low', lambda: socket.socket().bind(('127.0.0.1', 1001)))
show('high', lambda: socket.socket().bind(('127.0.0.1', 0)))`,
      },
      shows: /^low EACCES\nhigh done None\n$/,
      onHost: /^low done None$/m,
    }),
  ],
}
