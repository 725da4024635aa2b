import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { ServiceCoverage } from '../../kernel/reports.ts'
import { exitCodes } from '../failure.ts'
import { runCli } from '../test-support.ts'

describe('lambdad coverage', () => {
  test('lists every operation of every service once, without a server', async () => {
    const [json, text] = await Promise.all([
      runCli(['coverage', '--json'], { env: { LAMBDAD_ENDPOINT: '' } }),
      runCli(['coverage']),
    ])
    assert.equal(json.code, 0, json.stderr)
    const services = JSON.parse(json.stdout) as ServiceCoverage[]
    assert.deepEqual(services.map(({ id }) => id).toSorted(), ['iam', 'lambda', 'logs', 'sts'])
    for (const { id, served, total, percent, operations } of services) {
      assert.equal(operations.length, total)
      assert.equal(operations.filter((each) => each.served).length, served)
      assert.equal(percent, Math.floor((served / total) * 100))
      for (const operation of operations) {
        const state = operation.served ? 'served ' : 'not yet'
        const line = `\n${state}  ${id} ${operation.name}\n`
        assert.equal(text.stdout.split(line).length, 2, line)
      }
      assert.match(text.stdout, new RegExp(`^${id} .* ${served} of ${total} +${percent} %$`, 'm'))
    }
  })

  test('tells what works from what does not', async () => {
    const { stdout } = await runCli(['coverage', '--service', 'lambda'])
    assert.match(stdout, /^served {3}lambda CreateFunction$/m)
    assert.match(stdout, /^not yet {2}lambda \w+$/m)
    assert.doesNotMatch(stdout, /^\w+ +logs /m)
  })

  test('a service that is not there is named, with those that are', async () => {
    const { code, stderr } = await runCli(['coverage', '--service', 's3'])
    assert.equal(code, exitCodes.usage)
    assert.match(stderr, /there is no service s3; there are lambda, logs, iam, sts\./)
  })
})
