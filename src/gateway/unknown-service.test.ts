/** Requests for what lambdad does not have: an answer that the client of that service can print. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { ask, startTestGateway } from './test-support.ts'

const signedFor = (service: string) => ({
  Authorization: `AWS4-HMAC-SHA256 Credential=AKID/20261121/us-east-1/${service}/aws4_request, SignedHeaders=host, Signature=00`,
})
const named = (service: string): RegExp =>
  new RegExp(`The service ${service} is not served by lambdad yet\\.`)

const cases = [
  {
    name: 'a JSON service',
    asked: { headers: { ...signedFor('kms'), 'X-Amz-Target': 'TrentService.Encrypt' } },
    status: 501,
    type: 'application/x-amz-json-1.1',
    text: /^\{"__type":"NotImplemented","message":"The service kms is not served by lambdad yet\."\}$/,
  },
  {
    name: 'a query service',
    asked: {
      headers: { ...signedFor('rds'), 'Content-Type': 'application/x-www-form-urlencoded' },
    },
    status: 501,
    type: 'text/xml',
    text: /^<ErrorResponse><Error><Type>Receiver<\/Type><Code>NotImplemented<\/Code><Message>The service rds/,
  },
  {
    name: 'S3',
    asked: { headers: signedFor('s3') },
    status: 501,
    type: 'text/xml',
    text: /^<\?xml version="1\.0" encoding="UTF-8"\?>\n<Error><Code>NotImplemented<\/Code>/,
  },
  {
    name: 'a REST service',
    asked: { headers: signedFor('batch') },
    status: 501,
    type: 'application/json',
    text: named('batch'),
  },
  {
    name: 'a service whose model is known but that is not served here',
    asked: { headers: signedFor('lambda'), path: '/2015-03-31/functions' },
    status: 501,
    type: 'application/json',
    text: named('lambda'),
  },
  {
    name: 'nobody',
    asked: {},
    status: 404,
    type: 'application/json',
    text: /cannot tell which AWS service/,
  },
  {
    name: 'a service that is none',
    asked: { headers: signedFor('<script>alert(1)') },
    status: 404,
    type: 'application/json',
    text: /cannot tell which AWS service/,
  },
] as const

describe('a request for', () => {
  for (const { name, asked, status, type, text } of cases) {
    it(name, async () => {
      await using gateway = await startTestGateway({})
      const answer = await ask(gateway, asked)
      assert.deepEqual([answer.status, answer.headers['content-type']], [status, type])
      assert.match(answer.text, text)
      assert.doesNotMatch(answer.text, /script/)
      assert.match(String(answer.headers['x-amzn-requestid']), /^[0-9a-f-]{36}$/)
    })
  }
})
