/**
 * What today's models no longer say and clients in the wild still rely on.
 *
 * SQS spoke awsQuery until November 2023; today's model describes its JSON protocol alone, though the
 * service still answers both. The names and error codes of the query form are those of botocore
 * 1.29.165, the model as it was then.
 */
import type { ErrorTraits } from '../src/model/types.ts'
import type { BotocoreModel, BotocoreShape } from './model-table.ts'

type Overlay = (model: BotocoreModel) => BotocoreModel

/** Lists: the name of their entries. All are flattened. */
const sqsLists: Readonly<Record<string, string>> = {
  AWSAccountIdList: 'AWSAccountId',
  ActionNameList: 'ActionName',
  AttributeNameList: 'AttributeName',
  BatchResultErrorEntryList: 'BatchResultErrorEntry',
  BinaryList: 'BinaryListValue',
  ChangeMessageVisibilityBatchRequestEntryList: 'ChangeMessageVisibilityBatchRequestEntry',
  ChangeMessageVisibilityBatchResultEntryList: 'ChangeMessageVisibilityBatchResultEntry',
  DeleteMessageBatchRequestEntryList: 'DeleteMessageBatchRequestEntry',
  DeleteMessageBatchResultEntryList: 'DeleteMessageBatchResultEntry',
  ListMessageMoveTasksResultEntryList: 'ListMessageMoveTasksResultEntry',
  MessageAttributeNameList: 'MessageAttributeName',
  MessageList: 'Message',
  MessageSystemAttributeList: 'MessageSystemAttributeName',
  QueueUrlList: 'QueueUrl',
  SendMessageBatchRequestEntryList: 'SendMessageBatchRequestEntry',
  SendMessageBatchResultEntryList: 'SendMessageBatchResultEntry',
  StringList: 'StringListValue',
  TagKeyList: 'TagKey',
}

/** Maps: the names of their keys and values. All are flattened. */
const sqsMaps: Readonly<Record<string, readonly [key: string, value: string]>> = {
  MessageBodyAttributeMap: ['Name', 'Value'],
  MessageBodySystemAttributeMap: ['Name', 'Value'],
  MessageSystemAttributeMap: ['Name', 'Value'],
  QueueAttributeMap: ['Name', 'Value'],
  TagMap: ['Key', 'Value'],
}

/** Members that refer to one of these shapes carry this name, wherever they stand. */
const sqsMemberNames: Readonly<Record<string, string>> = {
  MessageBodyAttributeMap: 'MessageAttribute',
  MessageBodySystemAttributeMap: 'MessageSystemAttribute',
  MessageSystemAttributeMap: 'Attribute',
  QueueAttributeMap: 'Attribute',
  TagMap: 'Tag',
}

const sqsErrors: Readonly<Record<string, ErrorTraits>> = {
  ...Object.fromEntries(
    [
      ...['BatchEntryIdsNotDistinct', 'BatchRequestTooLong', 'EmptyBatchRequest'],
      ...['InvalidBatchEntryId', 'MessageNotInflight', 'QueueDeletedRecently'],
      ...['TooManyEntriesInBatchRequest', 'UnsupportedOperation'],
    ].map((name) => [name, sqsError(`AWS.SimpleQueueService.${name}`, 400)]),
  ),
  OverLimit: sqsError('OverLimit', 403),
  PurgeQueueInProgress: sqsError('AWS.SimpleQueueService.PurgeQueueInProgress', 403),
  QueueDoesNotExist: sqsError('AWS.SimpleQueueService.NonExistentQueue', 400),
  QueueNameExists: sqsError('QueueAlreadyExists', 400),
  ResourceNotFoundException: sqsError('ResourceNotFoundException', 404),
}

function sqsError(code: string, httpStatusCode: number): ErrorTraits {
  return { code, httpStatusCode, senderFault: true }
}

export const overlays: Readonly<Record<string, Overlay>> = { sqs }

function sqs(model: BotocoreModel): BotocoreModel {
  const operations = Object.entries(model.operations).map(([name, operation]) => {
    const output = operation.output && { ...operation.output, resultWrapper: `${name}Result` }
    return [name, output === undefined ? operation : { ...operation, output }]
  })
  const shapes = Object.entries(model.shapes).map(([name, shape]) => [name, sqsShape(name, shape)])
  return {
    metadata: {
      ...model.metadata,
      protocols: [...model.metadata.protocols, 'query'],
      xmlNamespace: 'http://queue.amazonaws.com/doc/2012-11-05/',
    },
    operations: Object.fromEntries(operations) as BotocoreModel['operations'],
    shapes: Object.fromEntries(shapes) as BotocoreModel['shapes'],
  }
}

function sqsShape(name: string, shape: BotocoreShape): BotocoreShape {
  const entry = sqsLists[name]
  if (entry !== undefined && shape.member !== undefined) {
    return { ...shape, flattened: true, member: { ...shape.member, locationName: entry } }
  }
  const pair = sqsMaps[name]
  if (pair !== undefined && shape.key !== undefined && shape.value !== undefined) {
    const key = { ...shape.key, locationName: pair[0] }
    return { ...shape, flattened: true, key, value: { ...shape.value, locationName: pair[1] } }
  }
  const error = sqsErrors[name]
  if (shape.members === undefined) return shape
  const members = Object.entries(shape.members).map(([member, use]) => {
    const locationName = sqsMemberNames[use.shape]
    return [member, locationName === undefined ? use : { ...use, locationName }]
  })
  return {
    ...shape,
    members: Object.fromEntries(members) as NonNullable<BotocoreShape['members']>,
    ...(error === undefined ? {} : { error }),
  }
}
