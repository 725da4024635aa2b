/** What is left of the network of a server that was killed: nothing, and what is others' stays. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { readdir, rm } from 'node:fs/promises'
import { before, describe, it } from 'node:test'
import type { TestContext } from 'node:test'
import { silentLog } from '../../kernel/log.ts'
import { cleanUpAfterDead, openServerHome } from '../server-home.ts'
import { newRunDirectory } from '../test-support.ts'
import {
  enterOwnHost,
  interfaces,
  isForwarding,
  nft,
  openNetworks,
  tableNames,
  until,
  whyNoNetworks,
} from './test-support.ts'

const skip = whyNoNetworks()

/** A server in a process of its own that has networks, taken and spare, and says so. */
const server = `
  import { openServerHome } from '${new URL('../server-home.ts', import.meta.url).href}'
  import { silentLog } from '${new URL('../../kernel/log.ts', import.meta.url).href}'
  import { openNetworks } from '${new URL('test-support.ts', import.meta.url).href}'
  const home = await openServerHome(process.argv[1], silentLog)
  const register = (lines) => home.register(lines)
  const networks = await openNetworks({ serverId: home.id, register, spare: 2 })
  await networks.take()
  console.log(home.id)
  setInterval(() => {}, 1000)
`

describe('the death of a server with networks', { skip, timeout: 60_000 }, () => {
  before(enterOwnHost)

  it('takes them with it, firewall and forwarding included', async (t) => {
    const runDirectory = await newRunDirectory()
    const { child } = await startServer(t, runDirectory)
    assert.deepEqual([tableNames().length, isForwarding()], [1, true])
    assert.ok(wires().length > 0)
    await kill(child)
    await until(() => readdirSync(runDirectory).length === 0 && wires().length === 0)
    assert.deepEqual([tableNames(), isForwarding()], [[], false])
    await rm(runDirectory, { recursive: true })
  })

  it('is cleaned up by the next server when its undertaker died, too; the living keep theirs', async (t) => {
    const runDirectory = await newRunDirectory()
    nft('add', 'table', 'inet', 'somebody')
    const dead = await startServer(t, runDirectory)
    const alive = await startServer(t, runDirectory)
    // It must not see the server's end before its own.
    process.kill(undertakerOf(dead.home), 'SIGKILL')
    await kill(dead.child)
    assert.equal(tableNames().length, 2)

    const next = await openServerHome(runDirectory, silentLog)
    assert.deepEqual(tableNames(), [tableOf(alive.home)])
    assert.ok(isForwarding())
    assert.ok(wires().length > 0)

    await kill(alive.child)
    await until(() => !readdirSync(runDirectory).includes(alive.home) && wires().length === 0)
    assert.deepEqual([tableNames(), isForwarding()], [[], false])
    assert.match(nft('list', 'tables'), /^table inet somebody$/m)
    nft('delete', 'table', 'inet', 'somebody')
    await next[Symbol.asyncDispose]()
    await rm(runDirectory, { recursive: true })
  })

  it('that was long ago changes nothing for who has come since', async () => {
    const runDirectory = await newRunDirectory()
    const home = await openServerHome(runDirectory, silentLog)
    // As after the machine has been started anew: on record, but not in the kernel.
    await home.register(['network lambdad_of_yesterday'])
    await using networks = await openNetworks()
    await home[Symbol.asyncDispose]()
    assert.deepEqual(await readdir(runDirectory), [])
    assert.deepEqual([tableNames().length, isForwarding()], [1, true])
    await (await networks.take())[Symbol.asyncDispose]()
    await rm(runDirectory, { recursive: true })
  })
})

async function startServer(
  t: TestContext,
  runDirectory: string,
): Promise<{ readonly child: ChildProcess; readonly home: string }> {
  const child = spawn(process.execPath, ['-e', server, runDirectory], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  t.after(async () => {
    child.kill('SIGKILL')
    // Also when an assertion fails: nobody else would clean up.
    await cleanUpAfterDead(runDirectory, silentLog).catch(() => undefined)
  })
  const [line] = await once(child.stdout, 'data')
  return { child, home: String(line).trim() }
}

async function kill(child: ChildProcess): Promise<void> {
  child.kill('SIGKILL')
  await once(child, 'exit')
}

function wires(): string[] {
  return interfaces().filter((name) => name.startsWith('lmbd'))
}

function tableOf(home: string): string {
  return `lambdad_${home.replaceAll('-', '_')}`
}

function undertakerOf(home: string): number {
  const pid = readdirSync('/proc').find((name) => {
    if (!/^\d+$/.test(name)) return false
    try {
      return readFileSync(`/proc/${name}/cmdline`, 'utf8').endsWith(`/${home}\0`)
    } catch {
      return false
    }
  })
  assert.ok(pid !== undefined)
  return Number(pid)
}
