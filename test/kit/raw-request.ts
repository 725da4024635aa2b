import { ServiceError } from '../../src/kernel/errors.ts'
import { newRequestId } from '../../src/kernel/ids.ts'
import type { RawRequest } from '../../src/kernel/ports.ts'

/** A plain GET that nobody has signed, but for `changes`. */
export function rawRequest(changes: Partial<RawRequest> = {}): RawRequest {
  return {
    method: 'GET',
    path: '/',
    query: '',
    headers: {},
    body: new Uint8Array(),
    requestId: newRequestId(),
    remoteAddress: '192.0.2.7',
    identify: () => {
      throw new ServiceError('MissingAuthenticationTokenException', 'no', { status: 403 })
    },
    ...changes,
  }
}
