/** The function that `npm start` brings along, so that the first thing a person types works. */
import { zipSync } from 'fflate'
import { scopeOf } from '../kernel/arn.ts'
import { assert } from '../kernel/assert.ts'
import { sleep, systemClock } from '../kernel/clock.ts'
import { ServiceError } from '../kernel/errors.ts'
import { newRequestId } from '../kernel/ids.ts'
import { type CallContext, loaded, notYet } from '../kernel/operation.ts'
import type { Server } from './rooms.ts'

const sampleName = 'hello'

const source = `// The sample function of lambdad. Change it, zip it, and call update-function-code.
export const handler = async (event, context) => {
  console.log('event:', event)
  return { message: \`Hello, \${event.name ?? 'world'}!\`, from: context.functionName, node: process.version }
}
`

/**
 * Makes the function when it is not there yet, and waits until it can be invoked: its runtime may have to be fetched.
 * @param region where the user's client will look for it
 * @returns why it cannot be invoked, in words; undefined when it can
 */
export async function ensureSample(server: Server, region: string): Promise<string | undefined> {
  const context = rootContext(server, region)
  const scope = { FunctionName: sampleName }
  try {
    await call(server, 'CreateFunction', sampleFunction(context), context)
  } catch (error) {
    const isThere = error instanceof ServiceError && error.code === 'ResourceConflictException'
    if (!isThere) throw error
  }
  for (;;) {
    const { State, StateReason } = await call(server, 'GetFunctionConfiguration', scope, context)
    if (State === 'Active') return undefined
    if (State !== 'Pending') return StateReason ?? `it is ${State}`
    await sleep(systemClock, 50)
  }
}

function sampleFunction(context: CallContext): object {
  return {
    FunctionName: sampleName,
    Runtime: 'nodejs24.x',
    Handler: 'index.handler',
    Role: `arn:aws:iam::${context.account}:role/lambda`,
    Architectures: [process.arch === 'arm64' ? 'arm64' : 'x86_64'],
    Description: 'The sample function of lambdad',
    Code: { ZipFile: zipSync({ 'index.mjs': new TextEncoder().encode(source) }) },
  }
}

function rootContext(server: Server, region: string): CallContext {
  const scope = scopeOf('000000000000', region)
  const arn = `arn:aws:iam::${scope.account}:root`
  return {
    ...scope,
    principal: { account: scope.account, arn, userId: scope.account, accessKeyId: 'lambdad' },
    requestId: newRequestId(),
    endpoint: server.url,
    headers: {},
  }
}

async function call(
  server: Server,
  operation: string,
  input: object,
  context: CallContext,
): Promise<{ readonly State?: string; readonly StateReason?: string }> {
  const lambda = server.services.get('lambda')
  const perform = lambda && (await loaded(lambda)).operations[operation]
  assert(perform && perform !== notYet, `lambda has no ${operation}`)
  return (await perform(input, context)) as { State?: string; StateReason?: string }
}
