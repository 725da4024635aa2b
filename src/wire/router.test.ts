import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import fc from '../../test/kit/fast-check.ts'
import { loadService, type OperationModel, type ServiceModel } from '../model/index.ts'
import type { HttpRequest } from './http.ts'
import { percentDecode } from './percent.ts'
import { labelNames, Router } from './router.ts'
import { fixtureModel } from './test-server.ts'

function request(method: string, target: string, headers = {}): HttpRequest {
  const [path = '', query = ''] = target.split('?')
  return { method, path, query, headers, body: new Uint8Array() }
}

const fault = (label: string) => new Error(`undecodable ${label}`)

describe('routing', () => {
  let lambda: ServiceModel
  let router: Router
  let s3: Router
  before(async () => {
    lambda = await loadService('lambda')
    router = new Router(lambda)
    s3 = new Router(await fixtureModel('s3'))
  })

  /** A request to the operation, with these labels and the query it requires. */
  function requestTo(operation: OperationModel, labels: readonly string[]): HttpRequest {
    let index = 0
    const target = operation.uri.replaceAll(/\{[^}]+\}/g, () =>
      encodeURIComponent(labels[index++] ?? ''),
    )
    const required = (operation.input?.members ?? []).filter(
      (member) => member.required && member.location === 'querystring',
    )
    const query = required.map((member) => `${member.locationName ?? member.name}=1`)
    const joined = [...(target.includes('?') ? [target.split('?')[1]] : []), ...query].join('&')
    return request(operation.method, `${target.split('?')[0]}?${joined}`)
  }

  test('every operation is found, whatever is in its labels', () => {
    const label = fc
      .string({ unit: 'grapheme', minLength: 1, maxLength: 30 })
      .filter((text) => text.isWellFormed())
    fc.assert(
      fc.property(
        fc.constantFrom(...lambda.operations.values()),
        fc.array(label, { minLength: 3, maxLength: 3 }),
        (operation, values) => {
          const labels = values.slice(0, labelNames(operation.uri).length)
          const route = router.match(requestTo(operation, labels), fault)
          assert.equal(route?.operation.name, operation.name)
          assert.deepEqual(route?.labels, labels)
        },
      ),
    )
  })

  test('other methods, longer and shorter paths find nothing', () => {
    for (const [method, path] of [
      ['PATCH', '/2015-03-31/functions'],
      ['GET', '/'],
      ['GET', ''],
      ['GET', '/2015-03-31'],
      ['GET', '/2015-03-31/functions//configuration'],
      ['POST', '/2015-03-31/functions/f/invocations/more'],
      ['__proto__', '/2015-03-31/functions'],
      ['GET', '/__proto__/functions'],
    ] as const) {
      assert.equal(router.match(request(method, path), fault), undefined, `${method} ${path}`)
    }
  })

  test('a slash at the end, unescaped colons, escaped slashes', () => {
    const name = (method: string, path: string) => {
      const route = router.match(request(method, path), fault)
      return [route?.operation.name, ...(route?.labels ?? [])]
    }
    assert.deepEqual(name('GET', '/2015-03-31/functions/'), ['ListFunctions'])
    assert.deepEqual(name('POST', '/2015-03-31/functions/a:b/invocations'), ['Invoke', 'a:b'])
    assert.deepEqual(name('GET', '/2015-03-31/functions/a%2Fb%3a'), ['GetFunction', 'a/b:'])
    assert.throws(() => name('GET', '/2015-03-31/functions/%f'), /undecodable %f/)
  })

  test('literal query parameters', () => {
    const name = (target: string) => router.match(request('GET', target), fault)?.operation.name
    const path = '/2019-09-30/functions/f/provisioned-concurrency'
    assert.equal(name(`${path}?List=ALL`), 'ListProvisionedConcurrencyConfigs')
    assert.equal(name(`${path}?MaxItems=1&List=ALL`), 'ListProvisionedConcurrencyConfigs')
    assert.equal(name(`${path}?Qualifier=1`), 'GetProvisionedConcurrencyConfig')
    // Without the parameter it requires: found all the same, for the constraint check to say so.
    assert.equal(name(path), 'GetProvisionedConcurrencyConfig')
  })

  test('greedy labels, and operations told apart by what they require', () => {
    const name = (method: string, target: string, headers = {}) => {
      const route = s3.match(request(method, target, headers), fault)
      return [route?.operation.name, ...(route?.labels ?? [])]
    }
    assert.deepEqual(name('GET', '/'), ['ListBuckets'])
    assert.deepEqual(name('GET', '/b?list-type=2'), ['ListObjectsV2', 'b'])
    assert.deepEqual(name('GET', '/b/a/b%20c//d/'), ['GetObject', 'b', 'a/b c//d/'])
    assert.deepEqual(name('GET', '/b/k?uploadId=u'), ['ListParts', 'b', 'k'])
    assert.deepEqual(name('PUT', '/b/k'), ['PutObject', 'b', 'k'])
    assert.deepEqual(name('PUT', '/b/k?partNumber=1&uploadId=u'), ['UploadPart', 'b', 'k'])
    const copy = { 'x-amz-copy-source': '/b/o' }
    assert.deepEqual(name('PUT', '/b/k', copy), ['CopyObject', 'b', 'k'])
    assert.deepEqual(name('PUT', '/b/k?partNumber=1&uploadId=u', copy), [
      'UploadPartCopy',
      'b',
      'k',
    ])
  })
})

test('percentDecode is decodeURIComponent', () => {
  const part = fc.oneof(
    fc.string(),
    fc.constantFrom('%', '%3A', '%2f', '%C3%A9', '%c3', '%zz', '%0', '💥'),
  )
  fc.assert(
    fc.property(fc.array(part), (parts) => {
      const text = parts.join('')
      assert.deepEqual(attempt(percentDecode, text), attempt(decodeURIComponent, text))
    }),
  )
})

function attempt(decode: (text: string) => string, text: string): string {
  try {
    return decode(text)
  } catch (error) {
    assert.ok(error instanceof URIError)
    return 'URIError'
  }
}
