/** What clients are told, in every protocol, by whose fault it is. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { CapacityError, ServiceError } from '../kernel/errors.ts'
import { answering, ask, callOf, startTestGateway } from './test-support.ts'

class Full extends CapacityError {
  readonly advice = 'The disk is full: nothing was stored.'
  readonly passing = false
}
class Busy extends CapacityError {
  readonly advice = 'Too many wait: nothing was done.'
  readonly passing = true
}

const protocols = ['restJson1', 'awsJson', 'awsQuery'] as const
/** Where each protocol has the code of an error. */
const codeOf = {
  restJson1: (text: string, headers: Readonly<Record<string, unknown>>) =>
    headers['x-amzn-errortype'] ?? text,
  awsJson: (text: string) => JSON.parse(text).__type,
  awsQuery: (text: string) => /<Code>(.*)<\/Code>/.exec(text)?.[1],
} as const
const messageOf = {
  restJson1: (text: string) => JSON.parse(text).message ?? JSON.parse(text).Message,
  awsJson: (text: string) => JSON.parse(text).message,
  awsQuery: (text: string) => /<Message>(.*)<\/Message>/.exec(text)?.[1],
} as const

/** What an operation may throw, and what becomes of it. */
const cases = [
  {
    name: "the caller's mistake",
    error: new ServiceError('NoSuchThing', 'It is not there', {
      status: 404,
      headers: { 'Retry-After': '7' },
    }),
    status: 404,
    code: 'NoSuchThing',
    message: /^It is not there$/,
    retryAfter: '7',
    logged: /^$/,
  },
  {
    name: 'a full disk',
    error: new Full('LAMBDA:CREATE: no room on /secret'),
    status: 500,
    code: 'ServiceException',
    message: /^The disk is full: nothing was stored\.$/,
    retryAfter: undefined,
    logged: /no room on \/secret/,
  },
  {
    name: 'a crowd',
    error: new Busy('1000 wait'),
    status: 503,
    code: 'ServiceUnavailable',
    message: /^Too many wait: nothing was done\.$/,
    retryAfter: '1',
    logged: /1000 wait/,
  },
  {
    name: 'a bug',
    error: new TypeError('secret at /srv/file.ts:1'),
    status: 500,
    code: 'ServiceException',
    message: /^Internal error; lambdad's log has request [0-9a-f-]{36}\.$/,
    retryAfter: undefined,
    logged: /secret at .*error-response\.test/s,
  },
  {
    name: 'something thrown that is no error',
    error: 'secret',
    status: 500,
    code: 'ServiceException',
    message: /^Internal error; lambdad's log has request [0-9a-f-]{36}\.$/,
    retryAfter: undefined,
    logged: /secret/,
  },
] as const

for (const { name, error, ...expected } of cases) {
  describe(name, () => {
    for (const protocol of protocols) {
      it(`in ${protocol}, thrown at once or later`, async () => {
        const raise = (): never => {
          // oxlint-disable-next-line typescript/only-throw-error -- dependencies may throw anything
          throw error
        }
        for (const operation of [raise, async () => raise()]) {
          await using gateway = await startTestGateway(answering(operation))
          const { status, headers, text } = await ask(gateway, callOf[protocol])
          assert.equal(status, expected.status, text)
          assert.equal(codeOf[protocol](text, headers), expected.code)
          assert.match(messageOf[protocol](text).replace('&apos;', "'"), expected.message)
          assert.equal(headers['retry-after'], expected.retryAfter)
          assert.match(String(headers['x-amzn-requestid']), /^[0-9a-f-]{36}$/)
          assert.doesNotMatch(text + JSON.stringify(headers), /secret|\.ts/)
          assert.match(gateway.logged.join('\n'), expected.logged)
        }
      })
    }
  })
}

it('before the service is known, it is plain JSON', async () => {
  const routes = [
    {
      pathPrefix: '/_full',
      handle: () => {
        throw new Full('x')
      },
    },
  ]
  await using gateway = await startTestGateway({}, { routes })
  const { status, headers, text } = await ask(gateway, { path: '/_full' })
  assert.equal(status, 500)
  assert.equal(headers['x-amzn-errortype'], 'ServiceException')
  assert.deepEqual(JSON.parse(text), { message: 'The disk is full: nothing was stored.' })
})
