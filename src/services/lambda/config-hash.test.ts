import assert from 'node:assert/strict'
import { test } from 'node:test'
import { configSha256 } from './config-hash.ts'
import { recordOf } from './test-support.ts'

const { config } = recordOf('f')

test('changes with every setting, and not with the code', () => {
  const hash = configSha256(config)
  assert.match(hash, /^[A-Za-z0-9+/]{43}=$/)
  const changes = [
    { memoryMb: 256 },
    { description: 'other' },
    { environment: { A: '2' } },
    { environment: undefined },
    { tenantIsolation: 'PER_TENANT' as const },
    { layers: [{ arn: 'l', code: config.code, codeBytes: 1, unzippedBytes: 1 }] },
  ]
  const others = changes.map((change) => configSha256({ ...config, ...change }))
  assert.equal(new Set([hash, ...others]).size, changes.length + 1)
  const { code } = recordOf('f', 'cd').config
  assert.equal(configSha256({ ...config, code, codeBytes: 8, codeSha256: 'x' }), hash)
})

test('is the same for the same settings, whatever their order and what is not set', () => {
  const one = configSha256({ ...config, environment: { A: '1', B: '2' } })
  const reversed = Object.fromEntries(Object.entries(config).toReversed()) as typeof config
  assert.equal(configSha256({ ...reversed, environment: { B: '2', A: '1' } }), one)
  assert.equal(configSha256({ ...config, kmsKeyArn: undefined }), configSha256(config))
})
