import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { startTestServer } from '../../test/kit/server.ts'
import { exitCodes } from './failure.ts'
import { TestDirectory, runCli } from './test-support.ts'

describe('the command line', () => {
  it('lists its commands, and tells its version', async () => {
    const { code, stdout } = await runCli(['--help'])
    assert.equal(code, 0)
    const commands = stdout.split('\nCommands:\n')[1]?.match(/^ {2}[a-z]+/gm) ?? []
    assert.deepEqual(
      commands.map((name) => name.trim()),
      [
        ...['start', 'doctor', 'status', 'deploy', 'invoke', 'logs', 'functions', 'runtimes'],
        ...['coverage', 'reset', 'aws', 'completion', 'help'],
      ],
    )
    assert.match((await runCli(['--version'])).stdout, /^\d+\.\d+\.\d+\n$/)
  })

  it('says what was wrong with a command, and ends with the code for that', async () => {
    const { code, stderr } = await runCli(['deplyo'])
    assert.equal(code, exitCodes.usage)
    assert.match(stderr, /unknown command 'deplyo'\n\(Did you mean deploy\?\)/)
  })

  it('loads no other command for a start', async () => {
    using directory = new TestDirectory()
    const log = `${directory.path}/loaded`
    const hook = directory.write(
      'hook.mjs',
      `import { registerHooks } from 'node:module'
import { appendFileSync } from 'node:fs'
registerHooks({ load(url, context, next) {
  appendFileSync(${JSON.stringify(log)}, url + '\\n')
  return next(url, context)
} })
`,
    )
    const env = { NODE_OPTIONS: `--import=${hook}` }
    await using server = await startTestServer({ args: ['--isolation=process'], env })
    assert.equal((await fetch(`${server.url}/_lambdad/health`)).status, 200)
    const loaded = readFileSync(log, 'utf8').match(/src\/cli\/.*$/gm) ?? []
    const commands = loaded.filter((file) => file.includes('/commands/'))
    assert.deepEqual(commands, ['src/cli/commands/start.ts'])
    assert.ok(!loaded.some((file) => /\/(client|command|http|sign|terminal)\.ts$/.test(file)))
  })
})
