/**
 * Keeps this host's processors from sleeping when they have nothing to do.
 *
 * In a virtual machine one that sleeps is given back to the machine's host. Having it back takes tens of microseconds,
 * most of them of whoever wakes it, and the kernel takes it for one that it may not use, so that tasks queue beside it.
 * With the cpuidle driver `haltpoll`, made for such machines, a process may ask for processors that poll instead. No
 * task of this machine waits for it: a poll ends when there is work. Its host lacks these processors for as long, though
 * others there might use them. With other drivers it is not asked for: without one nothing would come of it, and
 * processors of metal would get hot for microseconds. The kernel forgets the request when this process ends, however
 * it ends. Called by: the data plane, by way of index.ts. Source: Documentation/power/pm_qos_interface.rst,
 * Documentation/virt/guest-halt-polling.rst and drivers/cpuidle/governors/haltpoll.c of Linux.
 */
import { closeSync, openSync, writeSync } from 'node:fs'
import type { Log } from '../kernel/log.ts'
import { readSync } from './cgroups/files.ts'

const files = {
  driver: '/sys/devices/system/cpu/cpuidle/current_driver',
  request: '/dev/cpu_dma_latency',
}

/** Waking may take no time at all, as a 32-bit number of microseconds. */
const atOnce = new Uint8Array(4)

export class ProcessorSleep implements Disposable {
  readonly #log: Log
  readonly #files: typeof files
  /** Undefined until that is first asked. */
  #canPrevent: boolean | undefined
  /** The request holds while this is open. */
  #descriptor: number | undefined

  /** @param ofHost where the kernel tells and takes such things */
  constructor(log: Log, ofHost: typeof files = files) {
    this.#log = log
    this.#files = ofHost
  }

  get isPrevented(): boolean {
    return this.#descriptor !== undefined
  }

  /** At most two small system calls, when it changes; the kernel then wakes all who sleep. Nothing where it cannot be had. */
  prevent(isPrevented: boolean): void {
    if (isPrevented === this.isPrevented) return
    if (!isPrevented) this.#allow()
    else if ((this.#canPrevent ??= this.#isDriverKnown())) this.#prevent()
  }

  [Symbol.dispose](): void {
    this.#canPrevent = false
    this.#allow()
  }

  #isDriverKnown(): boolean {
    return readSync(this.#files.driver).trim() === 'haltpoll'
  }

  #prevent(): void {
    try {
      // Not `w`: a device that this host lacks is ENOENT, not an attempt to make it.
      this.#descriptor = openSync(this.#files.request, 'r+')
      writeSync(this.#descriptor, atOnce)
    } catch (error) {
      // Whatever it is: it is not worth asking for again and again.
      this.#canPrevent = false
      this.#allow()
      this.#log.debug({ error }, 'the processors sleep when they have nothing to do')
    }
  }

  #allow(): void {
    const descriptor = this.#descriptor
    this.#descriptor = undefined
    if (descriptor !== undefined) closeSync(descriptor)
  }
}
