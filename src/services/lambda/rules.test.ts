import assert from 'node:assert/strict'
import os from 'node:os'
import { describe, test } from 'node:test'
import {
  checkArchitecture,
  checkEnvironment,
  checkLogging,
  checkRuntime,
  checkTags,
} from './rules.ts'
import { refusal } from './test-support.ts'

const invalid = (message: string | RegExp) =>
  refusal('InvalidParameterValueException', 400, message)

describe('environment', () => {
  const prefix =
    'Lambda was unable to configure your environment variables because the environment variables you have provided'

  test('none and an empty one are the same', () => {
    assert.equal(checkEnvironment(undefined), undefined)
    assert.equal(checkEnvironment({}), undefined)
    assert.equal(checkEnvironment({ Variables: {} }), undefined)
  })

  test('4 KB of it, measured as JSON, and not a byte more (observed)', () => {
    const sized = (bytes: number) => ({ LARGE_VAR: 'x'.repeat(bytes - '{"LARGE_VAR":""}'.length) })
    assert.deepEqual(checkEnvironment({ Variables: sized(4096) }), sized(4096))
    assert.throws(
      () => checkEnvironment({ Variables: sized(4097) }),
      invalid(`${prefix} exceeded the 4KB limit. String measured: ${JSON.stringify(sized(4097))}`),
    )
    const wide = { V: 'ü'.repeat(2045) }
    assert.throws(() => checkEnvironment({ Variables: wide }), invalid(/exceeded the 4KB limit/))
  })

  test('none of the keys that the runtime sets (docs)', () => {
    const reserved = [
      '_HANDLER',
      '_X_AMZN_TRACE_ID',
      'AWS_DEFAULT_REGION',
      'AWS_REGION',
      'AWS_EXECUTION_ENV',
      'AWS_LAMBDA_FUNCTION_NAME',
      'AWS_LAMBDA_FUNCTION_MEMORY_SIZE',
      'AWS_LAMBDA_FUNCTION_VERSION',
      'AWS_LAMBDA_INITIALIZATION_TYPE',
      'AWS_LAMBDA_LOG_GROUP_NAME',
      'AWS_LAMBDA_LOG_STREAM_NAME',
      'AWS_ACCESS_KEY',
      'AWS_ACCESS_KEY_ID',
      'AWS_SECRET_ACCESS_KEY',
      'AWS_SESSION_TOKEN',
      'AWS_LAMBDA_RUNTIME_API',
      'LAMBDA_TASK_ROOT',
      'LAMBDA_RUNTIME_DIR',
    ]
    for (const name of reserved) {
      assert.throws(
        () => checkEnvironment({ Variables: { MINE: '1', [name]: 'x' } }),
        invalid(
          `${prefix} contains reserved keys that are currently not supported for modification. Reserved keys used in this request: ${name}`,
        ),
      )
    }
  })

  test('the keys that may be set although the runtime knows them (docs)', () => {
    const Variables = {
      TZ: 'UTC',
      PATH: '/x',
      LANG: 'C',
      NODE_OPTIONS: '',
      AWS_XRAY_DEBUG_MODE: '1',
    }
    assert.deepEqual(checkEnvironment({ Variables }), Variables)
  })

  test('no NUL, which no process can be given', () => {
    assert.throws(
      () => checkEnvironment({ Variables: { AB: 'a\0b' } }),
      invalid(/AB contains a NUL/),
    )
  })
})

describe('logging (docs)', () => {
  test('is Text to the group of the function`s name by default', () => {
    assert.deepEqual(checkLogging(undefined, 'f', undefined), {
      format: 'Text',
      group: '/aws/lambda/f',
      applicationLevel: undefined,
      systemLevel: undefined,
    })
  })

  test('has levels with JSON alone', () => {
    assert.deepEqual(checkLogging({ LogFormat: 'JSON', SystemLogLevel: 'DEBUG' }, 'f', undefined), {
      format: 'JSON',
      group: '/aws/lambda/f',
      applicationLevel: 'INFO',
      systemLevel: 'DEBUG',
    })
    for (const level of [{ ApplicationLogLevel: 'INFO' }, { SystemLogLevel: 'WARN' }] as const) {
      for (const format of [{}, { LogFormat: 'Text' }] as const) {
        assert.throws(
          () => checkLogging({ ...format, ...level }, 'f', undefined),
          invalid(
            'LogLevel is not supported when LogFormat is set to "Text". Remove LogLevel from your request or change the LogFormat to "JSON" and try again.',
          ),
        )
      }
    }
  })
})

describe('runtimes', () => {
  const served = { identifiers: ['nodejs24.x', 'nodejs20.x'], whyMissing: () => undefined }

  test('those served here', () => {
    for (const runtime of served.identifiers) assert.equal(checkRuntime(runtime, served), runtime)
  })

  test('no longer supported (docs)', () => {
    for (const runtime of [
      'nodejs',
      'nodejs14.x',
      'python3.7',
      'go1.x',
      'java8',
      'dotnetcore3.1',
    ]) {
      assert.throws(
        () => checkRuntime(runtime, served),
        invalid(
          `The runtime parameter of ${runtime} is no longer supported for creating or updating AWS Lambda functions. We recommend you use a supported runtime while creating or updating functions.`,
        ),
      )
    }
  })

  test('on AWS, not here: names those that are', () => {
    for (const runtime of ['python3.14', 'java25', 'dotnet10', 'ruby4.0', 'nodejs18.x']) {
      assert.throws(
        () => checkRuntime(runtime, served),
        invalid(
          `The runtime ${runtime} is not served by lambdad yet. It serves nodejs24.x, nodejs20.x.`,
        ),
      )
    }
  })

  test('never heard of (observed)', () => {
    for (const runtime of ['non-existent-runtime', 'NODEJS24.X', 'constructor', '']) {
      assert.throws(
        () => checkRuntime(runtime, served),
        invalid(
          /^Value .* at 'runtime' failed to satisfy constraint: Member must satisfy enum value set: \[nodejs20\.x, python3\.14, provided\.al2023, python3\.12,.*\] or be a valid ARN$/,
        ),
      )
    }
  })
})

test('a host runs functions of its own architecture', () => {
  const own = os.arch() === 'arm64' ? 'arm64' : 'x86_64'
  const other = own === 'arm64' ? 'x86_64' : 'arm64'
  assert.equal(checkArchitecture([own]), own)
  assert.throws(() => checkArchitecture([other]), invalid(/is not supported on it/))
})

test('tags: keys of 1 to 128 characters, values of at most 256, none of AWS`s own (docs)', () => {
  const fits = { ['k'.repeat(128)]: 'v'.repeat(256) }
  assert.deepEqual(checkTags(fits), fits)
  assert.deepEqual(checkTags(undefined), {})
  const unfit: Record<string, string>[] = [
    { '': 'v' },
    { ['k'.repeat(129)]: 'v' },
    { k: 'v'.repeat(257) },
  ]
  for (const tags of unfit) {
    assert.throws(() => checkTags(tags), invalid(/A tag has/))
  }
  assert.throws(() => checkTags({ 'AWS:x': 'v' }), invalid(/reserved for system use/))
})
