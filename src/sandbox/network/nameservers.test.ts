import assert from 'node:assert/strict'
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { FakeClock } from '../../../test/kit/fake-clock.ts'
import { dnsLimits } from '../limits.ts'
import { parseNameservers, watchNameservers } from './nameservers.ts'

const addresses = (text: string): string[] => parseNameservers(text).map(({ address }) => address)

describe('parseNameservers', () => {
  it('reads what resolv.conf(5) describes', () => {
    const text = [
      '# nameserver 192.0.2.9',
      'search example.com',
      'nameserver 192.0.2.1 # the first',
      ' nameserver 192.0.2.8',
      'nameserver\tfe80::1%eth0',
      'nameserver example.com',
      'nameserver',
      'nameserver 127.0.0.53',
      'nameserver 192.0.2.4',
    ]
    assert.deepEqual(addresses(text.join('\n')), ['192.0.2.1', 'fe80::1%eth0', '127.0.0.53'])
  })

  it('asks the local machine when there is none', () => {
    assert.deepEqual(addresses(''), ['127.0.0.1'])
  })
})

describe('watchNameservers', () => {
  it('sees changes after a while, and keeps what it knows while there is no file', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'lambdad-resolv-'))
    const file = join(directory, 'resolv.conf')
    const clock = new FakeClock()
    await writeFile(file, 'nameserver 192.0.2.1\n')
    const nameservers = watchNameservers(file, clock)
    const now = (): string[] => nameservers().map(({ address }) => address)
    assert.deepEqual(now(), ['192.0.2.1'])
    // As resolvers write it: a new file in place of the old.
    await writeFile(`${file}.new`, 'nameserver 192.0.2.2\n')
    await rename(`${file}.new`, file)
    assert.deepEqual(now(), ['192.0.2.1'])
    clock.advance(dnsLimits.resolvConfAgeMs)
    assert.deepEqual(now(), ['192.0.2.2'])
    await rm(directory, { recursive: true })
    clock.advance(dnsLimits.resolvConfAgeMs)
    assert.deepEqual(now(), ['192.0.2.2'])
    assert.deepEqual(watchNameservers(file, clock)(), [{ address: '127.0.0.1', port: 53 }])
  })
})
