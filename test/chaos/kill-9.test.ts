/**
 * kill -9 at random points, again and again, on one data directory. LAMBDAD_CHAOS_ROUNDS sets how often,
 * LAMBDAD_TEST_SEED repeats a run as far as chance allows; a failure names its seed.
 */
import assert from 'node:assert/strict'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { clientsOf } from '../kit/deploy.ts'
import { belongingsOf, commandOf, leftoversOf, pids, untilNothingIsLeft } from '../kit/leftovers.ts'
import type { Belongings } from '../kit/leftovers.ts'
import { testSeed } from '../kit/seed.ts'
import { type TestServer, noSandboxes, startTestServer } from '../kit/server.ts'
import { type Dice, Ledger, Load, createStream, dice } from './load.ts'

const rounds = Number(process.env['LAMBDAD_CHAOS_ROUNDS'] ?? 12)

it(
  'a killed server leaves nothing behind, and loses nothing that it acknowledged',
  { skip: noSandboxes ?? false, timeout: rounds * 60_000 },
  async () => {
    const dataDirectory = await mkdtemp(path.join(os.tmpdir(), 'lambdad-chaos-'))
    try {
      await repeat(dataDirectory)
    } catch (error) {
      throw new Error(`with LAMBDAD_TEST_SEED=${testSeed}`, { cause: error })
    } finally {
      await rm(dataDirectory, { recursive: true, force: true })
    }
  },
)

async function repeat(dataDirectory: string): Promise<void> {
  const roll = dice(testSeed)
  const ledger = new Ledger()
  for (let round = 0; round < rounds; round += 1) {
    await using server = await startTestServer({ dataDirectory })
    assert.deepEqual(await temporaryFiles(dataDirectory), [])
    const clients = clientsOf(server.url)
    if (round === 0) await createStream(clients)
    await ledger.check(clients, server.url)
    const load = new Load(clients, roll, ledger).untilItDies(server.url)
    // A server that refuses a client fails at once, not when it is killed.
    await Promise.race([sleep(roll() * 600), load])
    const killed = await kill(server, roll)
    await load
    for (const client of Object.values(clients)) client.destroy()
    if (killed.hasUndertaker) await untilNothingIsLeft(killed.belongings)
    else await startAndStop(dataDirectory, killed.belongings)
  }
  await using server = await startTestServer({ dataDirectory })
  await ledger.check(clientsOf(server.url), server.url)
  const last = await belongingsOf(server.pid, dataDirectory)
  assert.equal(await server.stop('SIGTERM'), 0, server.output())
  await untilNothingIsLeft(last)
}

interface Killed {
  readonly belongings: Belongings
  /** It cleans up at once; without it, the next server does. */
  readonly hasUndertaker: boolean
}

/** Stopped first, so that what it had at its end is known. In a quarter of the rounds its undertaker dies too. */
async function kill(server: TestServer, roll: Dice): Promise<Killed> {
  process.kill(server.pid, 'SIGSTOP')
  const belongings = await belongingsOf(server.pid, server.dataDirectory)
  assert.equal(belongings.homes.length, 1, 'the server has one home')
  assert.ok((await leftoversOf(belongings)).length > 1, 'what it has is found while it is there')
  const hasUndertaker = roll() < 0.75
  if (!hasUndertaker) {
    for (const pid of await pids()) {
      const command = await commandOf(pid)
      const isUndertaker = command.includes('undertaker.sh')
      if (isUndertaker && command.includes(belongings.homes[0]!)) process.kill(pid, 'SIGKILL')
    }
  }
  assert.equal(await server.stop('SIGKILL'), 'SIGKILL')
  return { belongings, hasUndertaker }
}

/** A server that is ready has cleaned up after the dead. */
async function startAndStop(dataDirectory: string, dead: Belongings): Promise<void> {
  await using next = await startTestServer({ dataDirectory })
  const its = await belongingsOf(next.pid, dataDirectory)
  // The data directory is in use again; all else of the dead server must be gone.
  await untilNothingIsLeft({ ...dead, dataDirectory: dead.homes[0]! })
  assert.equal(await next.stop('SIGTERM'), 0, next.output())
  await untilNothingIsLeft(its)
}

/** What is written beside its place until it is whole. */
async function temporaryFiles(dataDirectory: string): Promise<string[]> {
  const blobs = await readdir(path.join(dataDirectory, 'blobs', 'tmp'))
  const others = await readdir(dataDirectory)
  return [...blobs, ...others.filter((name) => name.endsWith('.new'))]
}
