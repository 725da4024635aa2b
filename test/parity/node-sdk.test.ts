/**
 * The AWS SDK for JavaScript that Node.js functions find without bringing it: it loads in every form, reaches lambdad
 * as the function's role, and gives way to one that the function brings.
 */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { Runtime } from '@aws-sdk/client-lambda'
import { clientsOf, defaultAccount, deploy, invoke } from '../kit/deploy.ts'
import { type TestServer, noSandboxes, startTestServer } from '../kit/server.ts'

const runtimes = ['nodejs20.x', 'nodejs22.x', 'nodejs24.x'] as const
/** Options of `lambdad start`, and why functions cannot be run so here. */
const isolations = {
  'in sandboxes': { args: [], skip: noSandboxes ?? false },
  'as plain processes': { args: ['--isolation=process'], skip: false },
} as const

/** Each answers who it is, and where the client comes from. */
const body = `
  const { Arn } = await new STSClient({ maxAttempts: 1 }).send(new GetCallerIdentityCommand({}))
  return { arn: Arn, file: require.resolve('@aws-sdk/client-sts') }`
const fromCommonJs = `const { STSClient, GetCallerIdentityCommand } = require('@aws-sdk/client-sts')
exports.handler = async () => { ${body} }`
const fromModule = `import { createRequire } from 'node:module'
import { STSClient, GetCallerIdentityCommand } from '@aws-sdk/client-sts'
const require = createRequire(import.meta.url)
// One SDK, not one for each form.
if (require('@aws-sdk/client-sts').STSClient !== STSClient) throw new Error('two of them')
export const handler = async () => { ${body} }`
const fromBoth = `exports.handler = async () => {
  const { STSClient, GetCallerIdentityCommand } = await import('@aws-sdk/client-sts')
  ${body}
}`
/** Loads what the list has, in both forms, and answers with what failed. */
const everything = `import { createRequire } from 'node:module'
import { readdirSync } from 'node:fs'
const require = createRequire(import.meta.url)
const folder = '/var/runtime/node_modules'
export const handler = async () => {
  const clients = readdirSync(folder + '/@aws-sdk').filter((name) => name.startsWith('client-'))
  const names = [...clients.map((name) => '@aws-sdk/' + name), '@aws-sdk/lib-dynamodb', '@aws-sdk/lib-storage',
    '@aws-sdk/util-dynamodb', '@aws-sdk/s3-request-presigner', '@aws-sdk/credential-providers',
    '@smithy/node-http-handler', '@smithy/protocol-http', '@smithy/signature-v4', '@aws-crypto/sha256-js']
  const failed = []
  for (const name of names) {
    const required = Object.keys(require(name)).filter((each) => each !== '__esModule' && each !== 'default')
    const imported = await import(name)
    if (!required.every((each) => each in imported)) failed.push(name)
  }
  return { count: names.length, failed }
}`
/** What a function brings itself: found first, whatever the runtime has. */
const own = {
  'node_modules/@aws-sdk/client-sts/package.json': '{"version":"0.0.1","main":"index.js"}',
  'node_modules/@aws-sdk/client-sts/index.js': "exports.version = 'of the function'",
}
const functions = {
  commonjs: { 'index.js': fromCommonJs },
  module: { 'index.mjs': fromModule },
  'dynamic-import': { 'index.js': fromBoth },
  'own-commonjs': {
    ...own,
    'index.js':
      "const { version } = require('@aws-sdk/client-sts')\nexports.handler = async () => version",
  },
  'own-module': {
    ...own,
    'index.mjs':
      "import { version } from '@aws-sdk/client-sts'\nexport const handler = async () => version",
  },
}

for (const [isolation, { args, skip }] of Object.entries(isolations)) {
  describe(isolation, { skip }, () => {
    let server: TestServer

    before(async () => {
      server = await startTestServer({ args })
      const { lambda } = clientsOf(server.url)
      const deployments = runtimes.flatMap((Runtime) =>
        Object.entries(functions).map(([form, files]) =>
          deploy(lambda, { FunctionName: name(Runtime, form), Runtime, Timeout: 20, files }),
        ),
      )
      await Promise.all(deployments)
    })

    after(() => server?.[Symbol.asyncDispose]())

    const call = async (runtime: Runtime, form: string): Promise<unknown> => {
      const { error, text } = await invoke(server.url, name(runtime, form))
      assert.equal(error, null, text)
      return JSON.parse(text)
    }

    for (const runtime of runtimes) {
      // There is no /node_modules of ours on the host, and no way to look elsewhere in Node.js 20.
      const importable = args.length === 0 || runtime !== 'nodejs20.x'
      for (const form of importable ? ['commonjs', 'module', 'dynamic-import'] : ['commonjs']) {
        test(`${runtime}, ${form}: is its role, with what it did not bring`, async () => {
          const { arn, file } = (await call(runtime, form)) as { arn: string; file: string }
          const session = `lambda-role/${name(runtime, form)}`
          assert.equal(arn, `arn:aws:sts::${defaultAccount}:assumed-role/${session}`)
          if (args.length > 0) return
          assert.equal(file, '/var/runtime/node_modules/@aws-sdk/client-sts/dist-cjs/index.js')
        })
      }

      test(`${runtime}: gets what it brings itself`, async () => {
        assert.equal(await call(runtime, 'own-commonjs'), 'of the function')
        assert.equal(await call(runtime, 'own-module'), 'of the function')
      })
    }
  })
}

describe('all of it', { skip: noSandboxes ?? false }, () => {
  let server: TestServer

  before(async () => {
    server = await startTestServer()
  })

  after(() => server?.[Symbol.asyncDispose]())

  for (const runtime of runtimes) {
    test(`${runtime}: loads, as CommonJS and as ES modules`, async () => {
      const { lambda } = clientsOf(server.url)
      await deploy(lambda, {
        FunctionName: name(runtime, 'all'),
        Runtime: runtime,
        Timeout: 60,
        MemorySize: 512,
        files: { 'index.mjs': everything },
      })
      const { text } = await invoke(server.url, name(runtime, 'all'))
      const { count, failed } = JSON.parse(text) as { count: number; failed: string[] }
      assert.deepEqual(failed, [], text)
      assert.ok(count > 50, text)
    })
  }
})

function name(runtime: Runtime, form: string): string {
  return `${runtime}-${form}`.replace(/\W/g, '-')
}
