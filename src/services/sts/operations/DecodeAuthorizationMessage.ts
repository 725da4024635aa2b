import type {
  DecodeAuthorizationMessageRequest,
  DecodeAuthorizationMessageResponse,
} from '@aws-sdk/client-sts'
import { ServiceError } from '../../../kernel/errors.ts'
import type { Operation } from '../../../kernel/operation.ts'

/** No operation here encodes why it refused, so that no message is one of ours. The code is the model's. */
export function DecodeAuthorizationMessage(): Operation<
  DecodeAuthorizationMessageRequest,
  DecodeAuthorizationMessageResponse
> {
  return () => {
    throw new ServiceError(
      'InvalidAuthorizationMessageException',
      'The message is invalid: lambdad does not encode authorization messages.',
    )
  }
}
