/** Settings that other services carry out, through the operations. Texts are ours unless told. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { leastRequest, openTestLambda, refusal } from './test-support.ts'
import type { TestLambda } from './test-support.ts'

const invalid = (words: string | RegExp) => refusal('InvalidParameterValueException', 400, words)
const create = (lambda: TestLambda, changes: object) =>
  lambda.call('CreateFunction', { ...leastRequest('g'), ...changes })
const update = (lambda: TestLambda, changes: object) =>
  lambda.call('UpdateFunctionConfiguration', { FunctionName: 'f', ...changes })

const VpcConfig = { SubnetIds: ['subnet-1'], SecurityGroupIds: ['sg-1'] }
const efs = {
  Arn: 'arn:aws:elasticfilesystem:eu-west-1:123456789012:access-point/fsap-0123456789abcdef0',
  LocalMountPath: '/mnt/data',
}
const s3files = {
  Arn: 'arn:aws:s3files:eu-west-1:123456789012:file-system/fs-0123456789abcdef0/access-point/fsap-0123456789abcdef0',
  LocalMountPath: '/mnt/bucket',
  S3FilesConfig: { DirectS3Read: 'ENABLED' },
}

test('file systems are shown as given, changed, and cleared', async () => {
  await using lambda = await openTestLambda()
  const made = await lambda.create('f', { VpcConfig, FileSystemConfigs: [efs] })
  assert.deepEqual(made.FileSystemConfigs, [efs])
  const changed = await update(lambda, { FileSystemConfigs: [s3files] })
  assert.deepEqual(changed.FileSystemConfigs, [s3files])
  await lambda.settled('f')
  const cleared = await update(lambda, { FileSystemConfigs: [] })
  assert.equal(cleared.FileSystemConfigs, undefined)
})

test('a file system needs a VPC (docs), also when an update takes the VPC away', async () => {
  await using lambda = await openTestLambda()
  const needsVpc = invalid(/FileSystemConfigs needs a VpcConfig\.$/)
  await assert.rejects(create(lambda, { FileSystemConfigs: [efs] }), needsVpc)
  await lambda.create('f', { VpcConfig, FileSystemConfigs: [efs] })
  await assert.rejects(
    update(lambda, { VpcConfig: { SubnetIds: [], SecurityGroupIds: [] } }),
    needsVpc,
  )
})

test('only S3 Files take an S3FilesConfig (docs)', async () => {
  await using lambda = await openTestLambda()
  const FileSystemConfigs = [{ ...s3files, Arn: efs.Arn }]
  await assert.rejects(
    create(lambda, { VpcConfig, FileSystemConfigs }),
    invalid(/^S3FilesConfig is only for access points of Amazon S3 Files/),
  )
})

test('SnapStart is for some runtimes (recorded), however it comes together', async () => {
  await using lambda = await openTestLambda()
  await lambda.create('f')
  const SnapStart = { ApplyOn: 'PublishedVersions' }
  const words = invalid('nodejs24.x is not supported for SnapStart enabled functions.')
  await assert.rejects(create(lambda, { SnapStart }), words)
  await assert.rejects(update(lambda, { SnapStart }), words)
  assert.equal(
    (await update(lambda, { SnapStart: { ApplyOn: 'None' } })).SnapStart?.ApplyOn,
    'None',
  )
})

test('dead letters go to a standard queue or topic (docs)', async () => {
  await using lambda = await openTestLambda()
  const target = (name: string) => ({ DeadLetterConfig: { TargetArn: name } })
  const queue = 'arn:aws:sqs:eu-west-1:123456789012:q'
  const made = await lambda.create('f', target(queue))
  assert.deepEqual(made.DeadLetterConfig, { TargetArn: queue })
  await assert.rejects(create(lambda, target(`${queue}.fifo`)), invalid(/is a FIFO one/))
  await assert.rejects(
    create(lambda, target('arn:aws:s3:::bucket')),
    invalid(/neither an SQS queue nor an SNS topic/),
  )
  assert.equal((await update(lambda, target(''))).DeadLetterConfig, undefined)
})

test('subnets and security groups come together', async () => {
  await using lambda = await openTestLambda()
  await assert.rejects(
    create(lambda, { VpcConfig: { SubnetIds: ['subnet-1'] } }),
    invalid('SubnetIds and SecurityIds must coexist or be both empty list.'),
  )
  const made = await lambda.create('f', { VpcConfig })
  assert.deepEqual(made.VpcConfig, { ...VpcConfig, VpcId: '', Ipv6AllowedForDualStack: false })
})
