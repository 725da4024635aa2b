/**
 * The network thread: makes namespaces and is the nameserver of all of them.
 *
 * A thread of its own, because a thread has to enter a namespace to open sockets in it, because the kernel may
 * take its time to make one, and so that no flood of DNS queries meets the thread that serves invocations.
 * Invariant: outside of `NamespaceMaker.make` it is in the host's network namespace, and so is what it opens.
 * Started by: network-maker.ts. Read next: namespace.ts, dns-service.ts.
 */
import { workerData } from 'node:worker_threads'
import { randomInt } from 'node:crypto'
import { assert } from '../../kernel/assert.ts'
import { systemClock } from '../../kernel/clock.ts'
import { answerWith } from '../thread-server.ts'
import { DnsForwarder } from './dns-forwarder.ts'
import { DnsService } from './dns-service.ts'
import { NamespaceMaker } from './namespace.ts'
import { watchNameservers } from './nameservers.ts'
import type { MakeValue, OpenValue, ThreadRequest, ThreadSettings } from './thread-protocol.ts'

const { mode, endpointPort, wirePrefix, ranges, nameservers } = workerData as ThreadSettings
const forwarder = new DnsForwarder({
  names: mode === 'egress' ? 'all' : 'localhost',
  nameservers:
    nameservers === undefined
      ? watchNameservers('/etc/resolv.conf', systemClock)
      : () => nameservers,
  clock: systemClock,
})
const services = new Map<number, DnsService>()
let maker: NamespaceMaker | undefined

async function handle(request: ThreadRequest): Promise<OpenValue | MakeValue | undefined> {
  switch (request.kind) {
    case 'open':
      return open()
    case 'make':
      return make(request.number)
    case 'drop':
      await services.get(request.number)?.[Symbol.asyncDispose]()
      services.delete(request.number)
      return undefined
    case 'close':
      maker?.[Symbol.dispose]()
      maker = undefined
      return undefined
  }
}

function open(): OpenValue {
  maker = new NamespaceMaker(
    {
      endpointPort: mode === 'none' ? undefined : endpointPort,
      wire: mode === 'egress' ? { prefix: wirePrefix, ranges } : undefined,
    },
    randomInt(0x10000),
  )
  return { range: maker.range?.text }
}

function make(number: number): MakeValue {
  assert(maker !== undefined, 'the thread was opened')
  const { dnsUdp, dnsTcp, ...rest } = maker.make()
  services.set(number, new DnsService({ dnsUdp, dnsTcp }, forwarder, systemClock))
  return rest
}

answerWith(handle)
