/**
 * restJson1, server side: Lambda's protocol.
 *
 * Errors are `{"Type":"User","Message":"..."}` in the spelling of each error's shape, with the name in
 * `X-Amzn-ErrorType`. Read next: `rest.ts`, then `rest-request.ts` and `rest-response.ts`, where the work is.
 */
import type { Member } from '../model/types.ts'
import { describeError, errorMembers } from './error-shape.ts'
import { serializationFault } from './faults.ts'
import type { HttpResponse } from './http.ts'
import { bodyMembers, JsonCodec, parseJson } from './json.ts'
import type { Members, Protocol } from './protocol.ts'
import { restProtocol } from './rest.ts'
import type { RequestBody } from './rest-request.ts'
import { writeHeaders, type ResponseBody } from './rest-response.ts'

const contentType = 'application/json'
const codec = new JsonCodec('location')

const requestBody: RequestBody = {
  members: (_operation, members) => {
    const { read } = codec.structure(members)
    return (body) => read(parseJson(body, serializationFault))
  },
  // A blob is the service's to read: what is no JSON in it, Lambda refuses in words of its own.
  payload: (member) => {
    const { shape } = member
    if (shape.type === 'blob') return (body) => body
    if (shape.type === 'string') return (body) => Buffer.from(body).toString('utf8')
    const { read } = payloadCodec(member)
    return (body) => read(parseJson(body, serializationFault))
  },
}

const responseBody: ResponseBody = {
  contentType,
  // restJson1 says application/octet-stream; Lambda, the service with such payloads, says this.
  payloadContentType: contentType,
  members: (_operation, members) => {
    const { write } = codec.structure(members)
    return (output) => JSON.stringify(write(output))
  },
  payload: (member) => {
    const { write } = payloadCodec(member)
    return (value) => JSON.stringify(write(value as Members))
  },
  events: {
    contentType,
    structure: (members) => {
      const { write } = codec.structure(members)
      return (value) => JSON.stringify(write(value))
    },
  },
}

function payloadCodec({ shape }: Member): ReturnType<JsonCodec['structure']> {
  return codec.structure(shape.type === 'structure' ? shape.members : [])
}

export const restJson1: Protocol = {
  id: 'restJson1',

  ...restProtocol(requestBody, responseBody),

  serializeError: (service, _operation, error, requestId): HttpResponse => {
    const description = describeError(service, error)
    const { members, others } = errorMembers(description, error)
    const headers: Record<string, string> = {
      'Content-Type': contentType,
      'x-amzn-RequestId': requestId,
      'X-Amzn-ErrorType': description.name,
    }
    writeHeaders(description.shape?.members ?? [], members, headers)
    Object.assign(headers, error.headers)
    const { write } = codec.structure(bodyMembers(description.shape))
    return {
      status: description.status,
      headers,
      body: JSON.stringify({ ...write(members), ...others }),
    }
  },
}
