/** Whether processors may sleep, as files say in place of the host's, and as the host's own do. */
import assert from 'node:assert/strict'
import {
  mkdtempSync,
  readFileSync,
  readlinkSync,
  readdirSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { after, describe, it } from 'node:test'
import { silentLog } from '../kernel/log.ts'
import { ProcessorSleep } from './processor-sleep.ts'

const directory = realpathSync(mkdtempSync(path.join(os.tmpdir(), 'lambdad-sleep-')))
after(() => rmSync(directory, { recursive: true }))

/** Files of a host with this driver. @param request undefined: the host has none */
function host(driver: string, request?: string) {
  const base = mkdtempSync(path.join(directory, 'host-'))
  const files = { driver: path.join(base, 'driver'), request: path.join(base, 'request') }
  writeFileSync(files.driver, driver)
  if (request !== undefined) writeFileSync(files.request, request)
  return files
}

function isOpen(file: string): boolean {
  return readdirSync('/proc/self/fd').some((descriptor) => {
    try {
      return readlinkSync(`/proc/self/fd/${descriptor}`) === file
    } catch {
      // The descriptor of the directory itself.
      return false
    }
  })
}

describe('the sleep of processors', () => {
  it('is prevented for as long as the request is open', () => {
    const files = host('haltpoll\n', 'before')
    const sleep = new ProcessorSleep(silentLog, files)
    sleep.prevent(false)
    assert.equal(isOpen(files.request), false)
    for (let round = 0; round < 3; round += 1) {
      writeFileSync(files.request, 'before')
      sleep.prevent(true)
      sleep.prevent(true)
      assert.equal(isOpen(files.request), true)
      assert.equal(sleep.isPrevented, true)
      assert.deepEqual(readFileSync(files.request), Buffer.from('\0\0\0\0re'))
      sleep.prevent(false)
      assert.equal(isOpen(files.request), false)
    }
    sleep.prevent(true)
    sleep[Symbol.dispose]()
    assert.equal(isOpen(files.request), false)
    sleep.prevent(true)
    assert.equal(isOpen(files.request), false, 'the server has ended')
  })

  it('is left alone where nothing would come of it, or much heat', () => {
    for (const driver of ['none\n', 'intel_idle\n', 'acpi_idle\n', '']) {
      const files = host(driver, 'before')
      new ProcessorSleep(silentLog, files).prevent(true)
      assert.equal(isOpen(files.request), false)
      assert.equal(readFileSync(files.request, 'utf8'), 'before')
    }
    const { request } = host('haltpoll\n', 'before')
    new ProcessorSleep(silentLog, { driver: '/nowhere', request }).prevent(true)
    assert.equal(readFileSync(request, 'utf8'), 'before')
  })

  it('is left alone where it may not be asked for, which is told once', () => {
    const told: string[] = []
    const log = { ...silentLog, debug: (_fields: unknown, text: string) => told.push(text) }
    const files = host('haltpoll')
    const sleep = new ProcessorSleep(log, files)
    for (let round = 0; round < 3; round += 1) {
      sleep.prevent(true)
      sleep.prevent(false)
    }
    assert.equal(told.length, 1)
    assert.throws(() => readFileSync(files.request), { code: 'ENOENT' }, 'it was made')
  })

  it('is what the kernel says it is', { skip: whyNotHere() }, () => {
    const device = '/dev/cpu_dma_latency'
    using sleep = new ProcessorSleep(silentLog)
    sleep.prevent(true)
    assert.equal(isOpen(device), true)
    assert.equal(readFileSync(device).readInt32LE(), 0)
    sleep.prevent(false)
    assert.equal(isOpen(device), false)
  })
})

function whyNotHere(): string | false {
  try {
    const driver = readFileSync('/sys/devices/system/cpu/cpuidle/current_driver', 'utf8')
    readFileSync('/dev/cpu_dma_latency')
    return driver.trim() !== 'haltpoll' && 'no virtual machine with haltpoll'
  } catch {
    return 'processors sleep as they like here'
  }
}
