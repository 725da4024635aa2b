/** HTTP as the rooms behind the listener see it: plain values, no sockets. */

export interface HttpRequest {
  readonly method: string
  /** Path as sent, still percent-encoded, without the query: `/2015-03-31/functions/a%3Ab/invocations`. */
  readonly path: string
  /** Query as sent, without the question mark; empty when there is none. */
  readonly query: string
  /** Names in lower case. Repeated headers are joined by node:http's rules. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  /** The whole body; already freed of transfer and aws-chunked encoding. */
  readonly body: Uint8Array
}

export interface HttpResponse {
  readonly status: number
  readonly headers: Record<string, string>
  /** Values of Set-Cookie, a header each: it is the one that cannot be joined (RFC 6265, 3). */
  readonly cookies?: readonly string[]
  /** Bytes, text, or a stream whose chunks are sent as they come. */
  readonly body: Uint8Array | string | AsyncIterable<Uint8Array>
}
