/** For the tests of URLs: one is made, and asked as the gateway would ask. */
import assert from 'node:assert/strict'
import type { FunctionUrlConfig } from '@aws-sdk/client-lambda'
import { ServiceError } from '../../../kernel/errors.ts'
import type { RawRequest, RawResponse } from '../../../kernel/ports.ts'
import { type TestLambda, context } from '../test-support.ts'

export type Created = FunctionUrlConfig & { FunctionUrl: string }

/** A URL of the function `f`, without IAM. */
export const create = (lambda: TestLambda, changes: object = {}): Promise<Created> =>
  lambda.call<Created>('CreateFunctionUrlConfig', {
    FunctionName: 'f',
    AuthType: 'NONE',
    ...changes,
  })

/** Asks the route that the gateway would, with a GET that nobody has signed but for `changes`. */
export async function ask(
  lambda: TestLambda,
  url: string,
  changes: Partial<RawRequest> = {},
): Promise<RawResponse> {
  const { host, pathname, search } = new URL(url)
  const { headers, ...others } = changes
  const route = lambda.service.routes.find((each) => each.answersHost?.(host) === true)
  assert.ok(route, `nobody answers ${host}`)
  return await route.handle({
    method: 'GET',
    path: pathname,
    query: search.slice(1),
    headers: { host, ...headers },
    body: new Uint8Array(),
    requestId: context.requestId,
    remoteAddress: '192.0.2.7',
    identify: () => {
      throw new ServiceError('MissingAuthenticationTokenException', 'no', { status: 403 })
    },
    ...others,
  })
}
