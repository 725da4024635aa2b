import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { bufferedAnswer, streamedAnswer } from './answer.ts'

describe('an answer', () => {
  const buffered = (value: unknown) => bufferedAnswer(Buffer.from(JSON.stringify(value)))

  test('without a status is the body itself (docs)', () => {
    assert.deepEqual(buffered({ a: 1 })?.body, '{"a":1}')
    assert.deepEqual(buffered('text'), {
      status: 200,
      headers: { 'Content-Type': 'application/json' },
      body: 'text',
    })
    assert.equal(buffered(null)?.status, 200)
  })

  test('that cannot be sent is none', () => {
    assert.equal(bufferedAnswer(Buffer.from('nonsense')), undefined)
    assert.equal(buffered({ statusCode: 'abc' }), undefined)
    assert.equal(buffered({ statusCode: 99 }), undefined)
    assert.equal(buffered({ statusCode: 200, headers: { 'a\r\nb': 'x' } }), undefined)
    assert.equal(buffered({ statusCode: 200, headers: { a: 'x\r\ny: z' } }), undefined)
    assert.equal(buffered({ statusCode: 200, cookies: ['a\nb'] }), undefined)
  })

  test('in a stream has its head before eight zeros, or none', () => {
    const head = JSON.stringify({
      statusCode: 404,
      headers: { 'content-type': 'text/html' },
      cookies: ['c'],
    })
    const bytes = Buffer.concat([Buffer.from(head), Buffer.alloc(8), Buffer.from('<p>')])
    assert.deepEqual(streamedAnswer(bytes), {
      status: 404,
      headers: { 'content-type': 'text/html' },
      cookies: ['c'],
      body: Buffer.from('<p>'),
    })
    assert.equal(
      streamedAnswer(Buffer.from('plain'))?.headers['Content-Type'],
      'application/octet-stream',
    )
  })
})
