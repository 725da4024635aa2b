import type http from 'node:http'
import { Buffer } from 'node:buffer'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { HttpResponse } from '../wire/index.ts'
import { joinedBytesMax } from './limits.ts'

/**
 * Writes an answer out. Of a stream, it resolves when the last chunk is handed over or the client is gone, which
 * also ends the stream: it is read no faster than the client reads.
 */
export async function send(response: http.ServerResponse, answer: HttpResponse): Promise<void> {
  const { status, headers, cookies, body } = answer
  if (cookies) response.setHeader('Set-Cookie', cookies)
  if (typeof body === 'string' || body instanceof Uint8Array) {
    response.writeHead(status, withLength(status, headers, Buffer.byteLength(body)))
    // node:http writes a head and a text in one piece, a head and bytes in two.
    if (typeof body === 'string' || body.length > joinedBytesMax) response.end(body)
    else response.end(asBuffer(body).toString('latin1'), 'latin1')
    return
  }
  response.writeHead(status, headers)
  if (status === 204 || status === 304 || response.req.method === 'HEAD') {
    // No byte of it could be sent: nobody is to wait for them.
    response.end()
    await body[Symbol.asyncIterator]().return?.()
    return
  }
  // Small events must not wait for more of them, nor the client for the first one.
  response.flushHeaders()
  try {
    await pipeline(Readable.from(body, { objectMode: false, highWaterMark: 1 }), response)
  } catch {
    // The head is out: a broken stream can only be shown by breaking the connection.
    response.destroy()
  }
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes)
    ? bytes
    : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

/** An answer without content has no length either (RFC 9110, 8.6). */
function withLength(
  status: number,
  headers: Readonly<Record<string, string>>,
  length: number,
): Record<string, string> {
  return status === 204 ? { ...headers } : { ...headers, 'Content-Length': String(length) }
}
