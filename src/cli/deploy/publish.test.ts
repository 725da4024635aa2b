/** With a server that is made of functions: what a real one cannot be made to do at will. */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { describe, it } from 'node:test'
import type { FunctionConfiguration } from '@aws-sdk/client-lambda'
import type { Client } from '../client.ts'
import { Refusal } from '../failure.ts'
import { create, present, update } from './publish.ts'

const zipped = Buffer.from('a package')
const CodeSha256 = createHash('sha256').update(zipped).digest('base64')
const wanted = { runtime: 'nodejs24.x', handler: 'index.handler' }
const active = { State: 'Active', LastUpdateStatus: 'Successful' } as const

/** @param states what it says of the function, one after the other; the last one again and again */
function serverOf(...states: readonly FunctionConfiguration[]): {
  client: Client
  calls: string[]
} {
  const calls: string[] = []
  let at = 0
  const client = {
    account: () => Promise.resolve('111122223333'),
    lambda(method: string, path: string, body: object) {
      calls.push(`${method} ${path} ${Object.keys(body).join(' ')}`)
      return Promise.resolve({})
    },
    configuration() {
      const state = states[Math.min(at, states.length - 1)]
      at += 1
      return Promise.resolve({ FunctionName: 'f', ...state })
    },
  }
  return { client: client as unknown as Client, calls }
}

describe('a deployment', () => {
  it('waits until the function can be invoked', async () => {
    const { client, calls } = serverOf({ State: 'Pending' }, { State: 'Pending' }, active)
    assert.equal((await create(client, 'f', wanted, zipped)).State, 'Active')
    assert.equal(calls.length, 1)
    const updating = { State: 'Active', LastUpdateStatus: 'InProgress' } as const
    const other = serverOf(updating, active, updating, active)
    const done = await update(other.client, { FunctionName: 'f' }, {}, zipped)
    assert.equal(done.configuration.LastUpdateStatus, 'Successful')
  })

  it('fails in the words of the server', async () => {
    const dead = { State: 'Failed', StateReason: 'no such runtime' } as const
    const made = create(serverOf({ State: 'Pending' }, dead).client, 'f', wanted, zipped)
    await assert.rejects(made, /^CliError: f cannot run: no such runtime$/)
    const stuck: FunctionConfiguration = {
      State: 'Active',
      LastUpdateStatus: 'Failed',
      LastUpdateStatusReason: 'bad code',
    }
    const changed = update(serverOf(active, stuck).client, { FunctionName: 'f' }, {}, zipped)
    await assert.rejects(changed, /^CliError: f cannot run: bad code$/)
  })

  it('changes what differs, and tries again what has failed', async () => {
    const before = { FunctionName: 'f', ...active, CodeSha256, ...{ Timeout: 3, MemorySize: 128 } }
    const same = serverOf(active)
    const done = await update(same.client, before, { timeoutSeconds: 3, memoryMb: 128 }, zipped)
    assert.deepEqual([done.hasNewCode, same.calls], [false, []])
    const longer = serverOf(active)
    await update(longer.client, before, { timeoutSeconds: 5, variables: { AA: '1' } }, zipped)
    assert.deepEqual(longer.calls, ['PUT /f/configuration Timeout Environment'])
    for (const failed of [{ State: 'Failed' }, { LastUpdateStatus: 'Failed' }] as const) {
      const again = serverOf(active)
      await update(again.client, { ...before, ...failed }, {}, zipped)
      assert.deepEqual(again.calls, ['PUT /f/code ZipFile'])
    }
  })

  it('tells a function that is not there from a server that refuses', async () => {
    const refusing = (code: string): Client => {
      const client = { configuration: () => Promise.reject(new Refusal(code, 400, 'no')) }
      return client as unknown as Client
    }
    assert.equal(await present(refusing('ResourceNotFoundException'), 'f'), undefined)
    await assert.rejects(present(refusing('AccessDeniedException'), 'f'), Refusal)
  })
})
