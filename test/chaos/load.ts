/**
 * Clients that change things until the server dies under them, and remember what they were told: what is
 * acknowledged must be there afterwards, what was under way must be there whole or not at all.
 * Called by kill-9.test.ts. Invariant: each name has one client, so that its changes have an order.
 */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import {
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  FilterLogEventsCommand,
  PutLogEventsCommand,
  paginateFilterLogEvents,
} from '@aws-sdk/client-cloudwatch-logs'
import { CreateRoleCommand, GetRoleCommand, paginateListRoles } from '@aws-sdk/client-iam'
import {
  CreateFunctionCommand,
  DeleteFunctionCommand,
  GetFunctionCommand,
  ResourceNotFoundException,
  UpdateFunctionCodeCommand,
  waitUntilFunctionActiveV2,
  waitUntilFunctionUpdatedV2,
} from '@aws-sdk/client-lambda'
import { type Clients, invoke, patience, role } from '../kit/deploy.ts'
import { zip } from '../kit/zip.ts'

/** A number from 0 to 1, from a seed (mulberry32). */
export type Dice = () => number

export function dice(seed: number): Dice {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let bits = Math.imul(state ^ (state >>> 15), state | 1)
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61)
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32
  }
}

/** The mark a function's code answers with; undefined when there is no function. */
type Mark = string | undefined

const codeOf = (mark: string): Uint8Array =>
  zip({ 'index.mjs': `export const handler = async () => ${JSON.stringify(mark)}\n` })

const names = ['a', 'b', 'c', 'd']
const batchOf = 3
const trust = JSON.stringify({
  Version: '2012-10-17',
  Statement: [
    { Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' },
  ],
})

export class Load {
  readonly #clients: Clients
  readonly #dice: Dice
  readonly #ledger: Ledger

  constructor(clients: Clients, roll: Dice, ledger: Ledger) {
    this.#clients = clients
    this.#dice = roll
    this.#ledger = ledger
  }

  /** Resolves when every client has lost the server. Rejects when one was refused. */
  async untilItDies(url: string): Promise<void> {
    const work = [
      ...names.map((name) => () => this.#changeFunction(name)),
      () => this.#createRole(),
      () => this.#putEvents(),
      () => invokeAny(url, names[Math.floor(this.#dice() * names.length)] as string),
    ]
    await Promise.all(work.map(untilLost))
  }

  async #changeFunction(name: string): Promise<void> {
    const { lambda } = this.#clients
    const { functions } = this.#ledger
    const before = [...(functions.get(name) ?? [undefined])][0]
    const mark = this.#ledger.nextMark()
    const change = (after: Mark): void => void functions.set(name, new Set([before, after]))
    if (before === undefined) {
      change(mark)
      const Code = { ZipFile: codeOf(mark) }
      await lambda.send(
        new CreateFunctionCommand({
          FunctionName: name,
          Runtime: 'nodejs24.x',
          Handler: 'index.handler',
          Role: role,
          Code,
        }),
      )
      functions.set(name, new Set([mark]))
    } else if (this.#dice() < 0.3) {
      change(undefined)
      await lambda.send(new DeleteFunctionCommand({ FunctionName: name }))
      functions.set(name, new Set([undefined]))
    } else {
      change(mark)
      const update = { FunctionName: name, ZipFile: codeOf(mark) }
      try {
        await lambda.send(new UpdateFunctionCodeCommand(update))
        functions.set(name, new Set([mark]))
      } catch (error) {
        // Another update, or its creation, is still in progress: this one is not begun.
        if (!(error instanceof Error) || error.name !== 'ResourceConflictException') throw error
        functions.set(name, new Set([before]))
      }
    }
  }

  async #createRole(): Promise<void> {
    const { roles } = this.#ledger
    if (roles.size >= rolesMax) {
      // An account has no more than a thousand: from then on those there are read again and again.
      const [RoleName] = [...roles].find(([, state]) => state === 'acknowledged') ?? []
      await this.#clients.iam.send(new GetRoleCommand({ RoleName }))
      return
    }
    const name = this.#ledger.nextMark()
    this.#ledger.roles.set(name, 'under way')
    const input = { RoleName: name, AssumeRolePolicyDocument: trust }
    await this.#clients.iam.send(new CreateRoleCommand(input))
    this.#ledger.roles.set(name, 'acknowledged')
  }

  async #putEvents(): Promise<void> {
    const mark = this.#ledger.nextMark()
    const logEvents = Array.from({ length: batchOf }, (_, index) => {
      return { timestamp: Date.now(), message: `${mark} ${index}` }
    })
    this.#ledger.batches.set(mark, 'under way')
    await this.#clients.logs.send(new PutLogEventsCommand({ ...stream, logEvents }))
    this.#ledger.batches.set(mark, 'acknowledged')
  }
}

/** What the clients were told, over all servers. */
export class Ledger {
  /** What may be there of each function: two states while a change is under way. */
  readonly functions = new Map<string, Set<Mark>>()
  readonly roles = new Map<string, 'acknowledged' | 'under way'>()
  readonly batches = new Map<string, 'acknowledged' | 'under way'>()
  #marks = 0

  nextMark(): string {
    this.#marks += 1
    return `m${this.#marks}`
  }

  /** Compares it with what a server has; what was under way is known from then on. */
  async check(clients: Clients, url: string): Promise<void> {
    for (const [name, possible] of this.functions) {
      const mark = await findFunction(clients, url, name, possible)
      this.functions.set(name, new Set([mark]))
    }
    await this.#checkRoles(clients)
    await this.#checkEvents(clients)
  }

  async #checkRoles({ iam }: Clients): Promise<void> {
    const found = new Set<string>()
    for await (const page of paginateListRoles({ client: iam }, {})) {
      for (const { RoleName: name, AssumeRolePolicyDocument: document } of page.Roles ?? []) {
        assert.equal(decodeURIComponent(document ?? ''), trust, `role ${name} is not whole`)
        found.add(name ?? '')
      }
    }
    for (const [name, state] of this.roles) {
      if (state === 'acknowledged') assert.ok(found.has(name), `role ${name} is lost`)
      else if (!found.has(name)) this.roles.delete(name)
      else this.roles.set(name, 'acknowledged')
    }
    assert.equal(found.size, this.roles.size, 'a role that nobody made')
  }

  async #checkEvents({ logs }: Clients): Promise<void> {
    const found = new Map<string, number>()
    const { logGroupName } = stream
    for await (const page of paginateFilterLogEvents({ client: logs }, { logGroupName })) {
      for (const { message = '' } of page.events ?? []) {
        const mark = message.split(' ')[0] as string
        found.set(mark, (found.get(mark) ?? 0) + 1)
      }
    }
    for (const [mark, state] of this.batches) {
      const count = found.get(mark) ?? 0
      assert.ok(
        count === batchOf || (state === 'under way' && count === 0),
        `${count} of ${batchOf} events of batch ${mark}, ${state}`,
      )
      if (count === 0) this.batches.delete(mark)
      else this.batches.set(mark, 'acknowledged')
    }
    assert.equal(found.size, this.batches.size, 'events that nobody put')
  }
}

const rolesMax = 900
const stream = { logGroupName: '/chaos', logStreamName: 's' }

export async function createStream({ logs }: Clients): Promise<void> {
  await logs.send(new CreateLogGroupCommand({ logGroupName: stream.logGroupName }))
  await logs.send(new CreateLogStreamCommand(stream))
  await logs.send(new FilterLogEventsCommand({ logGroupName: stream.logGroupName }))
}

/** Repeats until the connection breaks; any other failure is one. */
async function untilLost(work: () => Promise<void>): Promise<void> {
  for (;;) {
    try {
      await work()
    } catch (error) {
      if (isLost(error)) return
      throw error
    }
  }
}

function isLost(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  const code = (error as NodeJS.ErrnoException).code ?? (error.cause as { code?: string })?.code
  const lost = ['ECONNRESET', 'ECONNREFUSED', 'EPIPE', 'UND_ERR_SOCKET']
  return lost.includes(code ?? '') || /socket hang up|terminated/.test(error.message)
}

/** It may not be there, or not yet be Active: but if it answers, then with what it has been made to say. */
async function invokeAny(url: string, name: string): Promise<void> {
  const { status, text, error } = await invoke(url, name)
  if (status === 200) {
    assert.equal(error, null, text)
    assert.match(text, /^"m\d+"$/)
  } else assert.ok([404, 409, 502].includes(status), `${status} ${text}`)
}

/** @returns its mark, one of the possible ones, after it has been found to be whole and to work. */
async function findFunction(
  { lambda }: Clients,
  url: string,
  name: string,
  possible: ReadonlySet<Mark>,
): Promise<Mark> {
  const FunctionName = name
  try {
    await lambda.send(new GetFunctionCommand({ FunctionName }))
  } catch (error) {
    if (!(error instanceof ResourceNotFoundException)) throw error
    assert.ok(possible.has(undefined), `function ${name} is lost: it was ${[...possible].join()}`)
    return undefined
  }
  await waitUntilFunctionActiveV2({ client: lambda, ...patience }, { FunctionName })
  await waitUntilFunctionUpdatedV2({ client: lambda, ...patience }, { FunctionName })
  const { Code: code } = await lambda.send(new GetFunctionCommand({ FunctionName }))
  const bytes = Buffer.from(await (await fetch(code?.Location ?? '')).arrayBuffer())
  const mark = [...possible].find(
    (each) => each !== undefined && sha256(codeOf(each)) === sha256(bytes),
  )
  assert.ok(mark, `function ${name} has other code than that of ${[...possible].join()}`)
  const { status, text, log } = await invoke(url, name)
  assert.deepEqual([status, text], [200, JSON.stringify(mark)], log.join('\n'))
  return mark
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}
