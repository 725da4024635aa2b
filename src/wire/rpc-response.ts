/**
 * What the RPC protocols (awsJson, rpcv2Cbor) share in their responses: a body of the whole output, or
 * frames where the output has an event stream, the first of them carrying the other members.
 */
import type { Member, OperationModel, StructureShape } from '../model/types.ts'
import { eventStreamBody, eventStreamContentType, type EventPayload } from './event-stream.ts'
import type { HttpResponse } from './http.ts'
import type { Members } from './protocol.ts'

export type RpcBody = (output: Members, headers: Record<string, string>) => HttpResponse['body']

/** `contentType` is that of plain bodies; `payload` writes those and the events' payloads. */
export function compileRpcBody(
  operation: OperationModel,
  contentType: string,
  payload: EventPayload,
): RpcBody {
  const members = operation.output?.members ?? []
  const stream = members.find(isEventStream)
  const write = payload.structure(members.filter((member) => member !== stream))
  if (stream === undefined) {
    return (output, headers) => {
      headers['Content-Type'] = contentType
      return write(output)
    }
  }
  const frames = eventStreamBody(stream.shape as StructureShape, payload)
  return (output, headers) => {
    headers['Content-Type'] = eventStreamContentType
    const initial = { contentType: payload.contentType, payload: write(output) }
    return frames(output[stream.name], initial)
  }
}

function isEventStream({ shape }: Member): boolean {
  return shape.type === 'structure' && shape.eventstream === true
}

/** `x-amzn-query-error`, for services whose older clients know errors by their query codes. */
export function queryErrorHeader(code: string, sender: boolean): string {
  return `${code};${sender ? 'Sender' : 'Receiver'}`
}
