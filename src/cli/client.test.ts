import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { endpointOf, refusalOf } from './client.ts'
import { CliError, exitCodes } from './failure.ts'

describe("the server's address", () => {
  it('is an origin, whatever stands behind it', () => {
    assert.equal(endpointOf({ endpoint: 'http://localhost:4566/' }).origin, 'http://localhost:4566')
    assert.equal(endpointOf({ endpoint: 'https://host/path?x' }).href, 'https://host/')
  })

  it('is refused in words when it is none', () => {
    for (const endpoint of ['localhost:4566', 'ftp://host', 'nonsense']) {
      assert.throws(
        () => endpointOf({ endpoint }),
        (error: CliError) => error instanceof CliError && error.exitCode === exitCodes.usage,
      )
    }
  })
})

describe('a refusal', () => {
  const refused = (headers: Record<string, string>, body: string, status = 400) =>
    refusalOf({ status, headers, body: Buffer.from(body) })

  it('is read from every protocol that commands speak', () => {
    const rest = refused(
      { 'x-amzn-errortype': 'ResourceNotFoundException:http://x/' },
      '{"Type":"User","Message":"Function not found: x"}',
      404,
    )
    assert.deepEqual([rest.code, rest.status], ['ResourceNotFoundException', 404])
    assert.equal(rest.message, 'Function not found: x')
    const json = refused(
      {},
      '{"__type":"com.amazonaws.logs#InvalidParameterException","message":"m"}',
    )
    assert.deepEqual([json.code, json.message], ['InvalidParameterException', 'm'])
    const xml = refused({}, '<E><Error><Code>AccessDenied</Code><Message>no</Message></Error></E>')
    assert.deepEqual([xml.code, xml.message], ['AccessDenied', 'no'])
  })

  it('has words when the server has none', () => {
    assert.equal(refused({}, 'gateway timeout', 504).message, 'the server answered 504 HTTP 504')
  })

  it('says where the keys are when a signature was refused', () => {
    const { message } = refused(
      { 'x-amzn-errortype': 'UnrecognizedClientException' },
      '{"message":"The security token included in the request is invalid."}',
      403,
    )
    assert.match(message, /invalid\. This server verifies .* export AWS_SHARED_CREDENTIALS_FILE=/)
  })
})
