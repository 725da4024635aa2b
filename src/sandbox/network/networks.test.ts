/** What a sandbox reaches and what it does not, tried from inside of real namespaces, as root. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { after, before, describe, it } from 'node:test'
import { sandboxConnectionsMax, sandboxRanges } from '../limits.ts'
import { SandboxStartError } from '../sandbox.ts'
import {
  addresses,
  addressOf,
  descriptors,
  enterOwnHost,
  inside,
  interfaces,
  Internet,
  ip,
  isForwarding,
  nft,
  openNetworks,
  tableNames,
  until,
  whyNoNetworks,
} from './test-support.ts'

const skip = whyNoNetworks()

describe('the network of a sandbox', { skip, timeout: 60_000 }, () => {
  let internet: Internet

  before(async () => {
    enterOwnHost()
    internet = await Internet.start()
  })

  after(async () => {
    await internet[Symbol.asyncDispose]()
  })

  it('reaches the Internet by TCP and UDP, behind the address of the host', async () => {
    await using networks = await openNetworks()
    await using network = await networks.take()
    assert.equal(
      await inside(network, `http('${addresses.web}').then(console.log)`),
      addresses.host,
    )
    const udp = `
      const socket = dgram.createSocket('udp4', (packet) => { console.log(String(packet)); socket.close() })
      socket.send('echo', 9999, '${addresses.web}')`
    assert.equal(await inside(network, udp), 'echo')
  })

  it('resolves names by the nameservers of the host, also over TCP, and localhost by itself', async () => {
    await using networks = await openNetworks()
    await using network = await networks.take()
    const script = `
      const names = ['www.example.test', 'big.example.test', 'abc.lambda-url.us-east-1.localhost', 'no.such.name']
      Promise.all(names.map((name) => dns.resolve4(name).catch((error) => error.code)))
        .then((all) => console.log(all.join(' ')))`
    const expected = `${addresses.web} ${addresses.web} 127.0.0.1 ENOTFOUND`
    assert.equal(await inside(network, script), expected)
  })

  it('has lambdad at its own loopback', async () => {
    await using networks = await openNetworks()
    await using network = await networks.take()
    assert.equal(await inside(network, `connect('127.0.0.1', 4566).then(console.log)`), 'lambdad')
    assert.equal(await inside(network, `connect('localhost', 4566).then(console.log)`), 'lambdad')
  })

  it('reaches no service of the host, by whichever of its addresses', async () => {
    await using networks = await openNetworks()
    await using network = await networks.take()
    const seen: string[] = []
    const service = createServer((connection) => {
      seen.push(String(connection.remoteAddress))
      connection.end('the host')
    })
    service.listen(8080, '0.0.0.0')
    await once(service, 'listening')
    // As containers' ports are published.
    nft('add', 'table', 'ip', 'published')
    nft('add', 'chain', 'ip', 'published', 'pre', '{ type nat hook prerouting priority dstnat; }')
    const published = ['ip', 'published', 'pre', 'tcp', 'dport', '8081', 'dnat', 'to']
    nft('add', 'rule', ...published, `${addresses.web}:80`)
    const script = `
      const targets = [['${addresses.host}', 8080], ['${addresses.host}', 8081], ['127.0.0.1', 8080],
        ['198.18.0.1', 8080], ['192.0.2.255', 8080], ['0.0.0.0', 8080]]
      Promise.all(targets.map(([host, port]) => connect(host, port)))
        .then((all) => console.log(all.join(' ')))`
    const found = await inside(network, script)
    nft('delete', 'table', 'ip', 'published')
    service.close()
    assert.equal(found, Array.from({ length: 6 }, () => 'ECONNREFUSED').join(' '))
    // A name for an address of the host's is no way in, either.
    const byName = `dns.resolve4('host.example.test').then(([host]) => connect(host, 80)).then(console.log)`
    assert.equal(await inside(network, byName), 'ECONNREFUSED')
    assert.deepEqual(seen, [])
  })

  it('reaches no metadata service, though the host does', async () => {
    await using networks = await openNetworks()
    await using network = await networks.take()
    for (const address of addresses.metadata) {
      assert.equal(await (await fetch(`http://${address}/`)).text(), addresses.host)
      assert.equal(await inside(network, `http('${address}').then(console.log)`), 'ECONNREFUSED')
    }
  })

  it('reaches no other sandbox, of its own server or another', async () => {
    await using networks = await openNetworks()
    await using others = await openNetworks()
    await using network = await networks.take()
    for (const owner of [networks, others]) {
      await using other = await owner.take()
      const address = await addressOf(other)
      const listening = inside(
        other,
        `net.createServer(() => console.log('reached')).listen(7000, '0.0.0.0', async () => {
          console.log(await connect('127.0.0.1', 9002), await connect('${address}', 7000, 'self'))
          process.exit()
        }).on('connection', (socket) => socket.end('self'))`,
      )
      const found = await inside(network, `connect('${address}', 7000).then(console.log)`)
      assert.equal(found, 'ECONNREFUSED')
      // It is there for itself; the one connection it sees is its own.
      assert.equal(await listening, 'reached\nECONNREFUSED self')
    }
  })

  it('cannot lie about where it is', async () => {
    await using networks = await openNetworks()
    await using network = await networks.take()
    await using other = await networks.take()
    const lies = ['203.0.113.77', addresses.host, await addressOf(other), '198.18.255.255']
    const script = `
      const send = async (address, text) => {
        const socket = dgram.createSocket('udp4')
        socket.bind(0, address)
        await once(socket, 'listening')
        await new Promise((resolve) => socket.send(text, 9999, '${addresses.web}', resolve))
        socket.close()
      }
      const run = async () => {
        for (const address of ${JSON.stringify(lies)}) {
          execFileSync('ip', ['address', 'add', address + '/32', 'dev', 'eth0'])
          await send(address, 'lie')
        }
        const socket = dgram.createSocket('udp4', () => socket.close())
        socket.send('truth', 9999, '${addresses.web}')
        await once(socket, 'close')
      }
      run()`
    await inside(network, script)
    // All go the same way, and the last has arrived and been answered.
    const texts = (await internet.packets()).map((packet) => packet.split(' ')[2])
    assert.ok(texts.includes('truth'))
    assert.ok(!texts.includes('lie'))
  })

  it('knows no IPv6 but its own loopback', async () => {
    await using networks = await openNetworks()
    await using network = await networks.take()
    const script = `
      const all = Object.entries(require('node:os').networkInterfaces())
      const six = all.flatMap(([name, list]) => list.filter((each) => each.family === 'IPv6').map(() => name))
      connect('2001:db8::1', 80).then((code) => console.log(six.join(' '), code))`
    assert.equal(await inside(network, script), 'lo ENETUNREACH')
    const lines = nft('list', 'table', 'inet', tableNames()[0]!)
    assert.match(lines, /meta nfproto != ipv4 drop/)
  })

  it('has a bounded number of connections, and takes none from others', async () => {
    await using networks = await openNetworks()
    await using network = await networks.take()
    await using other = await networks.take()
    const flood = `
      const run = async () => {
        const sockets = Array.from({ length: ${sandboxConnectionsMax.most + 200} }, () => dgram.createSocket('udp4'))
        for (const socket of sockets) {
          await new Promise((resolve) => socket.send('flood', 9999, '${addresses.web}', () => resolve()))
          socket.on('error', () => undefined)
        }
        process.exit()
      }
      run()`
    // What goes out by the host's uplink: whoever receives it may lose some.
    nft('add', 'table', 'ip', 'watch')
    nft('add', 'chain', 'ip', 'watch', 'out', '{ type filter hook postrouting priority 300; }')
    nft('add', 'rule', 'ip', 'watch', 'out', 'oifname', 'up0', 'udp', 'dport', '9999', 'counter')
    await inside(network, flood)
    assert.equal(await inside(other, `http('${addresses.web}').then(console.log)`), addresses.host)
    const [, passed] = /packets (\d+)/.exec(nft('list', 'table', 'ip', 'watch')) ?? []
    assert.equal(Number(passed), sandboxConnectionsMax.most)
    nft('delete', 'table', 'ip', 'watch')
  })

  it('without egress is the loopback alone, with lambdad and without', async () => {
    for (const mode of ['host-only', 'none'] as const) {
      await using networks = await openNetworks({ mode })
      await using network = await networks.take()
      const script = `
        const names = ['www.example.test', 'x.localhost']
        Promise.all([
          ...names.map((name) => dns.resolve4(name).catch((error) => error.code)),
          connect('127.0.0.1', 4566), connect('${addresses.web}', 80),
          Object.keys(require('node:os').networkInterfaces()),
        ]).then((all) => console.log(all.join(' ')))`
      const lambdad = mode === 'none' ? 'ECONNREFUSED' : 'lambdad\n'
      const expected = `EREFUSED 127.0.0.1 ${lambdad} ENETUNREACH lo`
      assert.equal(await inside(network, script), expected)
      assert.deepEqual([tableNames(), isForwarding()], [[], false])
    }
  })

  it('leaves nothing: no interface, no table, no descriptor, and forwarding as it was', async () => {
    const round = async (): Promise<void> => {
      const networks = await openNetworks({ spare: 3 })
      const taken = await Promise.all(Array.from({ length: 6 }, () => networks.take()))
      assert.equal(new Set(await Promise.all(taken.map(addressOf))).size, 6)
      assert.deepEqual([tableNames().length, isForwarding()], [1, true])
      await Promise.all(taken.map((each) => each[Symbol.asyncDispose]()))
      await networks[Symbol.asyncDispose]()
      assert.deepEqual([tableNames(), isForwarding()], [[], false])
      // The kernel takes namespaces apart behind our back.
      await until(() => !interfaces().some((name) => name.startsWith('lmbd')))
    }
    // Once for what a process opens only once.
    await round()
    const atFirst = descriptors()
    await round()
    // The last pipes of children close when the event loop comes to it.
    await until(() => descriptors() <= atFirst)
  })

  it('disconnects whoever is connected when it ends', async () => {
    const { promise: connected, resolve } = Promise.withResolvers<void>()
    await using networks = await openNetworks({ onEndpoint: () => resolve() })
    const network = await networks.take()
    const waiting = inside(network, `connect('127.0.0.1', 4566).then(() => console.log('over'))`)
    await connected
    await network[Symbol.asyncDispose]()
    assert.equal(await waiting, 'over')
  })

  it('cannot be had with a port that has another use', async () => {
    await assert.rejects(openNetworks({ endpointPort: 9001 }), SandboxStartError)
    await using networks = await openNetworks({ endpointPort: 53, mode: 'none' })
    await (await networks.take())[Symbol.asyncDispose]()
  })

  it('keeps to itself whichever addresses it has', async () => {
    ip('route', 'add', 'blackhole', '198.18.0.0/15')
    await using networks = await openNetworks()
    await using network = await networks.take()
    ip('route', 'del', 'blackhole', '198.18.0.0/15')
    assert.match(await addressOf(network), /^100\.127\./)
    for (const address of ['100.127.0.1', '100.127.255.254', '198.18.0.9'])
      assert.equal(
        await inside(network, `connect('${address}', 80).then(console.log)`),
        'ECONNREFUSED',
      )
  })

  it('is refused in words where the host has no addresses for it', async () => {
    for (const range of sandboxRanges) ip('route', 'add', 'blackhole', range)
    await assert.rejects(openNetworks(), (error: Error) => {
      assert.ok(error instanceof SandboxStartError)
      assert.match(error.message, /--network host-only/)
      return true
    })
    for (const range of sandboxRanges) ip('route', 'del', 'blackhole', range)
    assert.deepEqual([tableNames(), isForwarding()], [[], false])
  })
})
