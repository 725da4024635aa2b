import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { bufferedAnswer, hasPrelude, plainHead, preludeHead } from './answer.ts'

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

  test('leaves alone what is the connection`s', () => {
    const headers = { Date: 'x', 'X-Amzn-RequestId': 'y', 'transfer-encoding': 'chunked', a: 'b' }
    assert.deepEqual(buffered({ statusCode: 200, headers })?.headers, {
      a: 'b',
      'Content-Type': 'application/json',
    })
  })
})

describe('the head of a stream', () => {
  const head = (text: string) => preludeHead(Buffer.from(text))

  test('is what its prelude says, of bytes unless told', () => {
    assert.deepEqual(
      head('{"statusCode":404,"headers":{"content-type":"text/html"},"cookies":["c"]}'),
      {
        status: 404,
        headers: { 'content-type': 'text/html' },
        cookies: ['c'],
      },
    )
    assert.deepEqual(head('{}'), {
      status: 200,
      headers: { 'Content-Type': 'application/octet-stream' },
    })
  })

  test('that cannot be sent is none', () => {
    for (const text of [
      '',
      '{',
      'null',
      '[]',
      '"text"',
      '{"statusCode":101}',
      '{"statusCode":600}',
      '{"headers":{"a":"x\\r\\ny: z"}}',
      '{"headers":{"a b":"x"}}',
      '{"cookies":"a=1"}',
      '{"cookies":["a\\nb"]}',
    ]) {
      assert.equal(head(text), undefined, text)
    }
  })

  test('comes from a prelude only when the content type says so', () => {
    const type = 'application/vnd.awslambda.http-integration-response'
    assert.equal(hasPrelude(type), true)
    assert.equal(hasPrelude(` ${type.toUpperCase()} ; charset=utf-8`), true)
    for (const other of [undefined, '', 'application/json', `${type}x`]) {
      assert.equal(hasPrelude(other), false, String(other))
    }
  })

  test('without a prelude has the runtime`s content type, or that of bytes', () => {
    assert.equal(plainHead('text/event-stream').headers['Content-Type'], 'text/event-stream')
    for (const type of [undefined, '', 'a\r\nb: c']) {
      assert.deepEqual(plainHead(type), {
        status: 200,
        headers: { 'Content-Type': 'application/octet-stream' },
      })
    }
  })
})
