import { test } from 'node:test'
import { callerOf, refused } from '../test-support.ts'
import { DecodeAuthorizationMessage } from './DecodeAuthorizationMessage.ts'

test('no message is one of ours', async () => {
  await refused(
    () => DecodeAuthorizationMessage()({ EncodedMessage: 'x' }, callerOf()),
    'InvalidAuthorizationMessageException',
    'The message is invalid: lambdad does not encode authorization messages.',
  )
})
