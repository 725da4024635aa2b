/** The firewall beside others: of further servers, of the host's, and a host that was no router. */
import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { after, before, describe, it } from 'node:test'
import { silentLog } from '../../kernel/log.ts'
import { placeOfRules } from './foreign-firewall.ts'
import {
  addresses,
  addressOf,
  endWired,
  enterOwnHost,
  inside,
  Internet,
  isForwarding,
  nft,
  nsenter,
  openNetworks,
  setForwarding,
  startWired,
  tableNames,
  whyNoNetworks,
} from './test-support.ts'

const skip = whyNoNetworks()
const fetchWeb = `http('${addresses.web}').then(console.log)`

describe('the firewall of sandboxes', { skip, timeout: 60_000 }, () => {
  let internet: Internet

  before(async () => {
    enterOwnHost()
    internet = await Internet.start()
  })

  after(async () => {
    await internet[Symbol.asyncDispose]()
  })

  it('leaves forwarding on for servers that are left, and off when it was off before the first', async () => {
    const first = await openNetworks()
    const second = await openNetworks()
    const network = await second.take()
    assert.deepEqual([tableNames().length, isForwarding()], [2, true])
    await first[Symbol.asyncDispose]()
    assert.deepEqual([tableNames().length, isForwarding()], [1, true])
    assert.equal(await inside(network, fetchWeb), addresses.host)
    await network[Symbol.asyncDispose]()
    await second[Symbol.asyncDispose]()
    assert.deepEqual([tableNames(), isForwarding()], [[], false])
  })

  it('leaves a router a router', async () => {
    setForwarding(true)
    const networks = await openNetworks()
    assert.doesNotMatch(nft('list', 'ruleset'), /host_was_no_router/)
    await networks[Symbol.asyncDispose]()
    assert.ok(isForwarding())
    setForwarding(false)
  })

  it('makes no router of the host for its neighbours', async () => {
    const script = `
      const { createServer } = require('node:http')
      process.on('disconnect', () => process.exit())
      createServer((request, response) => response.end('private')).listen(80, '0.0.0.0', () => process.send('alive'))`
    const neighbour = await startWired(script, 'lan0', '10.1.0.1', '10.1.0.2')
    nsenter(neighbour, 'route', 'add', 'default', 'via', '10.1.0.1')
    internet.routeTo('10.1.0.0/24')
    // What the host passes on to the neighbour.
    nft('add', 'table', 'ip', 'watch')
    nft('add', 'chain', 'ip', 'watch', 'out', '{ type filter hook postrouting priority 300; }')
    nft('add', 'rule', 'ip', 'watch', 'out', 'oifname', 'lan0', 'udp', 'dport', '7', 'counter')
    const passed = () => /packets (\d+)/.exec(nft('list', 'table', 'ip', 'watch'))?.[1]
    const knock =
      "const socket = dgram.createSocket('udp4'); socket.send('x', 7, '10.1.0.2', () => socket.close())"
    setForwarding(true)
    await internet.run(knock)
    assert.equal(passed(), '1')
    setForwarding(false)

    const networks = await openNetworks()
    const network = await networks.take()
    await internet.run(knock)
    assert.equal(passed(), '1')
    await inside(network, knock)
    assert.equal(passed(), '2')
    assert.equal(await inside(network, "http('10.1.0.2').then(console.log)"), 'private')
    assert.equal(await inside(network, fetchWeb), addresses.host)
    await network[Symbol.asyncDispose]()
    await networks[Symbol.asyncDispose]()
    nft('delete', 'table', 'ip', 'watch')
    await endWired(neighbour, 'lan0')
  })

  it('lets nobody in from outside', async () => {
    internet.routeTo('198.18.0.0/16')
    await using networks = await openNetworks()
    await using network = await networks.take()
    const knock = `
      const socket = dgram.createSocket('udp4')
      socket.send('x', 7, '${await addressOf(network)}', () => socket.close())`
    // What the host passes on to sandboxes.
    nft('add', 'table', 'ip', 'watch')
    nft('add', 'chain', 'ip', 'watch', 'out', '{ type filter hook postrouting priority 300; }')
    nft('add', 'rule', 'ip', 'watch', 'out', 'oifname', 'lmbd*', 'udp', 'dport', '7', 'counter')
    const passed = () => /packets (\d+)/.exec(nft('list', 'table', 'ip', 'watch'))?.[1]
    await internet.run(knock)
    assert.equal(passed(), '0')
    // The host itself may, whatever for.
    execFileSync(process.execPath, ['-e', `const dgram = require('node:dgram')\n${knock}`])
    assert.equal(passed(), '1')
    nft('delete', 'table', 'ip', 'watch')
  })

  for (const program of ['iptables-nft', 'iptables-legacy']) {
    const missing = spawnSync(program, ['--version']).status !== 0 && `needs ${program}`
    it(
      `passes a firewall of ${program} that drops what is forwarded`,
      { skip: missing },
      async () => {
        const rules = () => execFileSync(program, ['-S', 'FORWARD'], { encoding: 'utf8' })
        const iptables = (...words: string[]) => execFileSync(program, words)
        iptables('-P', 'FORWARD', 'DROP')
        for (const last of [[], ['-A', 'FORWARD', '-j', 'REJECT']]) {
          if (last.length > 0) iptables(...last)
          const atFirst = rules()
          const networks = await openNetworks()
          const network = await networks.take()
          assert.equal(rules().split('\n').length, atFirst.split('\n').length + 2)
          assert.equal(await inside(network, fetchWeb), addresses.host)
          await network[Symbol.asyncDispose]()
          await networks[Symbol.asyncDispose]()
          assert.equal(rules(), atFirst)
        }
        iptables('-F', 'FORWARD')
        iptables('-P', 'FORWARD', 'ACCEPT')
      },
    )
  }

  it('says what to do about a firewall that is somebody else’s', async () => {
    nft('add', 'table', 'inet', 'theirs')
    nft(
      'add',
      'chain',
      'inet',
      'theirs',
      'f',
      '{ type filter hook forward priority 0; policy drop; }',
    )
    const warnings: string[] = []
    const log = { ...silentLog, warn: (_: object, message: string) => void warnings.push(message) }
    await using networks = await openNetworks({ log })
    nft('delete', 'table', 'inet', 'theirs')
    await (await networks.take())[Symbol.asyncDispose]()
    assert.equal(warnings.length, 1)
    assert.match(warnings[0]!, /nft insert rule inet theirs f iifname "lmbd\*" accept/)
  })

  it('leaves forwarding on for containers that have come since', () => {
    const script = `
      ip('link', 'add', 'br0', 'type', 'bridge')
      await networks[Symbol.asyncDispose]()
      console.log(tableNames().length, isForwarding())`
    assert.equal(onAnotherHost('mount -t sysfs sysfs /sys', script), '0 true')
    const without = `
      await networks[Symbol.asyncDispose]()
      console.log(tableNames().length, isForwarding())`
    assert.equal(onAnotherHost('mount -t sysfs sysfs /sys', without), '0 false')
  })

  it('is refused in words without nft, and where the network may not be configured', () => {
    const nftPath = execFileSync('/bin/sh', ['-c', 'command -v nft'], { encoding: 'utf8' }).trim()
    const hidden = onAnotherHost(`mount --bind /dev/null ${nftPath}`, '')
    assert.match(hidden, /^SandboxStartError .*install it .*apt install nftables/)
    const readOnly = onAnotherHost('mount --bind /proc /proc && mount -o remount,bind,ro /proc', '')
    assert.match(readOnly, /^SandboxStartError .*EROFS.*--network host-only/)
  })
})

/** Runs statements with `networks` in a process with mounts and a network of its own. @returns what it says */
function onAnotherHost(mounts: string, statements: string): string {
  const support = new URL('test-support.ts', import.meta.url).href
  const script = `
    import { ip, isForwarding, openNetworks, tableNames } from '${support}'
    try {
      const networks = await openNetworks()
      ${statements}
    } catch (error) {
      console.log(error.name, error.message)
    }`
  const begin = 'ip link set lo up && echo 0 >/proc/sys/net/ipv4/ip_forward'
  const shell = `${begin} && ${mounts} && exec "$@"`
  const words = ['--net', '--mount', '--', '/bin/sh', '-c', shell, 'sh']
  return execFileSync('unshare', [...words, process.execPath, '-e', script], {
    encoding: 'utf8',
  }).trim()
}

describe('placeOfRules', () => {
  it('is behind all other rules, but before one that refuses everything', () => {
    const accepting = '-P FORWARD ACCEPT\n-A FORWARD -j DOCKER-USER\n'
    assert.equal(placeOfRules(accepting), undefined)
    const docker = accepting.replace('ACCEPT', 'DROP')
    assert.deepEqual(placeOfRules(docker), ['-A', 'FORWARD'])
    const refusing = `${accepting}-A FORWARD -s 192.0.2.0/24 -j DROP\n-A FORWARD -j REJECT --reject-with x\n`
    assert.deepEqual(placeOfRules(refusing), ['-I', 'FORWARD', '3'])
  })
})
