import assert from 'node:assert/strict'
import { test } from 'node:test'
import { loadService } from '../../model/index.ts'
import { functionConfiguration, lambdaTime } from './configuration.ts'
import { type FunctionRecord, deployFailed, deployed, updated } from './state.ts'
import { arnPrefix, recordOf } from './test-support.ts'

const created = recordOf('f')
const { config } = created

/** The members about state, those that are there. */
function states(record: FunctionRecord): Record<string, unknown> {
  const shown = Object.entries(functionConfiguration(record))
  return Object.fromEntries(shown.filter(([name]) => /^(State|LastUpdate)/.test(name)))
}

test('time, in the form that Lambda alone has (observed)', () => {
  assert.equal(lambdaTime(Date.parse('2020-04-10T19:06:32.563Z')), '2020-04-10T19:06:32.563+0000')
})

test('has no member that the model does not know (model)', async () => {
  const { operations } = await loadService('lambda')
  const output = operations.get('GetFunctionConfiguration')?.output
  assert.equal(output?.type, 'structure')
  const known = output.members.map((member) => member.name)
  const unknown = Object.keys(functionConfiguration(created)).filter(
    (name) => !known.includes(name),
  )
  assert.deepEqual(unknown, [])
})

/** Members by when AWS shows them (docs, and answers that were recorded). */
const always = [
  ...['FunctionName', 'FunctionArn', 'Runtime', 'Role', 'Handler', 'CodeSize', 'Description'],
  ...['Timeout', 'MemorySize', 'LastModified', 'CodeSha256', 'Version', 'TracingConfig'],
  ...['RevisionId', 'State', 'LastUpdateStatus', 'PackageType', 'Architectures'],
  ...['EphemeralStorage', 'SnapStart', 'LoggingConfig', 'ConfigSha256'],
]
const whenSet = [
  ...['VpcConfig', 'DeadLetterConfig', 'Environment', 'KMSKeyArn', 'Layers'],
  ...['StateReason', 'StateReasonCode', 'LastUpdateStatusReason', 'LastUpdateStatusReasonCode'],
  ...['FileSystemConfigs', 'SigningProfileVersionArn', 'RuntimeVersionConfig'],
  ...['TenancyConfig', 'CapacityProviderConfig'],
]
/** Of Lambda@Edge, jobs of AWS Signer, and settings that are refused. */
const never = [
  ...['MasterArn', 'SigningJobArn', 'ImageConfigResponse', 'DurableConfig'],
  ...['RuntimeConfig', 'AcceleratorConfig'],
]

test('every member of the model is shown always, when it is set, or never', async () => {
  const { operations } = await loadService('lambda')
  const output = operations.get('GetFunctionConfiguration')?.output
  assert.equal(output?.type, 'structure')
  const known = output.members.map((member) => member.name).toSorted()
  assert.deepEqual([...always, ...whenSet, ...never].toSorted(), known)

  const shown = (record: FunctionRecord) =>
    Object.entries(functionConfiguration(record))
      .filter(([, value]) => value !== undefined)
      .map(([name]) => name)
      .toSorted()
  const bare = { ...config, environment: undefined }
  assert.deepEqual(shown(deployed({ ...created, config: bare })), always.toSorted())

  const arn = 'arn:aws:elasticfilesystem:eu-west-1:123456789012:access-point/fsap-1'
  const full: FunctionRecord = {
    ...deployFailed(created, 'InternalError', 'no'),
    config: {
      ...config,
      vpc: { subnetIds: ['subnet-1'], securityGroupIds: ['sg-1'], ipv6Allowed: false },
      deadLetterArn: 'arn:aws:sqs:eu-west-1:123456789012:q',
      kmsKeyArn: 'arn:aws:kms:eu-west-1:123456789012:key/k',
      layers: [{ arn: 'l', code: config.code, codeBytes: 1, unzippedBytes: 1 }],
      fileSystems: [{ arn, mountPath: '/mnt/a' }],
      signedBy: 'arn:aws:signer:eu-west-1:123456789012:/signing-profiles/p/v',
      runtimeVersionArn: 'arn:aws:lambda:eu-west-1::runtime:a',
      tenantIsolation: 'PER_TENANT',
      managedInstances: {
        provider: 'p',
        environmentConcurrency: undefined,
        memoryGiBPerVCpu: undefined,
      },
    },
  }
  assert.deepEqual(shown(full), [...always, ...whenSet].toSorted())
})

test('shows the qualifier that was asked for, in the ARN', () => {
  assert.equal(functionConfiguration(created).FunctionArn, `${arnPrefix}f`)
  assert.equal(functionConfiguration(created, '$LATEST').FunctionArn, `${arnPrefix}f:$LATEST`)
})

test('the states of a life, one after the other (observed)', () => {
  const creating = {
    State: 'Pending',
    StateReason: 'The function is being created.',
    StateReasonCode: 'Creating',
    LastUpdateStatus: 'Successful',
  }
  assert.deepEqual(states(created), creating)
  const failure = { code: 'InvalidRuntime', reason: 'gone' }
  assert.deepEqual(states(deployFailed(created, failure.code, failure.reason)), {
    State: 'Failed',
    StateReason: 'gone',
    StateReasonCode: 'InvalidRuntime',
    LastUpdateStatus: 'Failed',
    LastUpdateStatusReason: 'gone',
    LastUpdateStatusReasonCode: 'InvalidRuntime',
  })
  const active = deployed(created)
  assert.deepEqual(states(active), { State: 'Active', LastUpdateStatus: 'Successful' })
  const updating = updated(active, { ...config, memoryMb: 256 }, 'r2', 1)
  assert.deepEqual(states(updating), {
    State: 'Active',
    LastUpdateStatus: 'InProgress',
    LastUpdateStatusReason: 'The function is being created.',
    LastUpdateStatusReasonCode: 'Creating',
  })
  assert.deepEqual(states(deployFailed(updating, failure.code, failure.reason)), {
    State: 'Active',
    LastUpdateStatus: 'Failed',
    LastUpdateStatusReason: 'gone',
    LastUpdateStatusReasonCode: 'InvalidRuntime',
  })
})
