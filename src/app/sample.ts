/** The function that `npm start` brings along, so that the first thing a person types works. */
import { zipSync } from 'fflate'
import { scopeOf } from '../kernel/arn.ts'
import { ServiceError } from '../kernel/errors.ts'
import { newRequestId } from '../kernel/ids.ts'
import { type CallContext, notYet } from '../kernel/operation.ts'
import type { Server } from './rooms.ts'

const sampleName = 'hello'

const source = `// The sample function of lambdad. Change it, zip it, and call update-function-code.
export const handler = async (event, context) => {
  console.log('event:', event)
  return { message: \`Hello, \${event.name ?? 'world'}!\`, from: context.functionName, node: process.version }
}
`

/** Makes the function when it is not there yet. @param region where the user's client will look for it. */
export async function ensureSample(server: Server, region: string): Promise<void> {
  const create = server.services.get('lambda')?.operations['CreateFunction']
  if (create === undefined || create === notYet) return
  const scope = scopeOf('000000000000', region)
  const arn = `arn:aws:iam::${scope.account}:root`
  const context: CallContext = {
    ...scope,
    principal: { account: scope.account, arn, userId: scope.account, accessKeyId: 'lambdad' },
    requestId: newRequestId(),
    endpoint: server.url,
    headers: {},
  }
  const input = {
    FunctionName: sampleName,
    Runtime: 'nodejs24.x',
    Handler: 'index.handler',
    Role: `arn:aws:iam::${scope.account}:role/lambda`,
    Description: 'The sample function of lambdad',
    Code: { ZipFile: zipSync({ 'index.mjs': new TextEncoder().encode(source) }) },
  }
  try {
    await create(input, context)
  } catch (error) {
    if (error instanceof ServiceError && error.code === 'ResourceConflictException') return
    throw error
  }
}
