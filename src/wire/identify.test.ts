import assert from 'node:assert/strict'
import { test } from 'node:test'
import { loadService } from '../model/index.ts'
import type { HttpRequest } from './http.ts'
import { identifyProtocol, identifyService } from './identify.ts'
import { catalogEntry, fixtureModel } from './test-server.ts'

function request(parts: Partial<HttpRequest>): HttpRequest {
  return { method: 'POST', path: '/', query: '', headers: {}, body: new Uint8Array(), ...parts }
}

const scope = (service: string) =>
  `AWS4-HMAC-SHA256 Credential=AKIA/20260101/eu-west-1/${service}/aws4_request, SignedHeaders=host, Signature=0`
const formHeaders = { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' }

test('names the service by the first sign a request gives', () => {
  const cases: readonly (readonly [Partial<HttpRequest>, string | undefined])[] = [
    [{ headers: { authorization: scope('lambda') } }, 'lambda'],
    [{ headers: { authorization: scope('logs') } }, 'logs'],
    [{ headers: { authorization: scope('nope') } }, undefined],
    [{ headers: { authorization: scope('nope') }, path: '/2015-03-31/functions' }, undefined],
    [{ headers: { authorization: 'Bearer x' }, path: '/2015-03-31/functions' }, 'lambda'],
    [
      {
        query:
          'X-Amz-Algorithm=A&X-Amz-Credential=AKIA%2F20260101%2Fus-east-1%2Fsts%2Faws4_request',
      },
      'sts',
    ],
    [{ headers: { 'x-amz-target': 'Logs_20140328.PutLogEvents' } }, 'logs'],
    [{ headers: { 'x-amz-target': 'nope' } }, undefined],
    [{ headers: formHeaders, body: Buffer.from('Action=CreateRole&Version=2010-05-08') }, 'iam'],
    [{ method: 'GET', query: 'Action=GetCallerIdentity&Version=2011-06-15' }, 'sts'],
    [{ headers: formHeaders, body: Buffer.from('Action=%&Version=2010-05-08') }, undefined],
    [{ path: '/2015-03-31/functions' }, 'lambda'],
    [{ path: '/2018-10-31/layers/a/versions' }, 'lambda'],
    [{ path: '/2015-03-31/functionsx' }, undefined],
    [{}, undefined],
  ]
  for (const [parts, expected] of cases) {
    assert.equal(identifyService(request(parts)), expected, JSON.stringify(parts))
  }
})

test('a service outside the catalog is found in the one that is given', async () => {
  const cloudwatch = catalogEntry(await fixtureModel('cloudwatch'))
  const path = '/service/GraniteServiceVersion20100801/operation/PutMetricData'
  assert.equal(identifyService(request({ path })), undefined)
  assert.equal(identifyService(request({ path }), [cloudwatch]), 'cloudwatch')
  const headers = { authorization: scope('monitoring') }
  assert.equal(identifyService(request({ headers }), [cloudwatch]), 'cloudwatch')
})

test('names the protocol among those of the service', async () => {
  const cloudwatch = await fixtureModel('cloudwatch')
  const protocol = (parts: Partial<HttpRequest>) => identifyProtocol(request(parts), cloudwatch).id
  assert.equal(protocol({ headers: { 'smithy-protocol': 'rpc-v2-cbor' } }), 'rpcv2Cbor')
  assert.equal(protocol({ headers: { 'x-amz-target': 'a.b' } }), 'awsJson')
  assert.equal(protocol({ headers: formHeaders }), 'awsQuery')
  assert.equal(protocol({ method: 'GET', query: 'Version=1&Action=A' }), 'awsQuery')
  assert.equal(protocol({}), 'rpcv2Cbor')
  const lambda = await loadService('lambda')
  assert.equal(identifyProtocol(request({ headers: formHeaders }), lambda).id, 'restJson1')
})
