/**
 * Layers as functions see them, in sandboxes that were made ahead, in ones that were not, and as plain processes: their
 * libraries are found by every language, the later layer wins, and a deleted one stays where it is used.
 */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import {
  DeleteLayerVersionCommand,
  type LambdaClient,
  PublishLayerVersionCommand,
  type Runtime,
  UpdateFunctionConfigurationCommand,
  waitUntilFunctionUpdatedV2,
} from '@aws-sdk/client-lambda'
import { pythonRuntimes } from '../../src/runtimes/catalog.ts'
import { candidates, pythonPlaces } from '../../src/runtimes/python/interpreters.ts'
import { clientsOf, deploy, invoke, patience } from '../kit/deploy.ts'
import { type TestServer, noSandboxes, startTestServer } from '../kit/server.ts'
import { zip } from '../kit/zip.ts'

const isolations = {
  'in sandboxes made ahead': { args: [], skip: noSandboxes ?? false },
  'in sandboxes of their own': { args: ['--memory-budget=0'], skip: noSandboxes ?? false },
  'as plain processes': { args: ['--isolation=process'], skip: false },
} as const

const places = pythonPlaces(process.env)
const [python] = Object.entries(pythonRuntimes).find(([, version]) =>
  candidates(version, places).some((path) => !path.includes('/shims/')),
) ?? [undefined]

const layers = {
  first: {
    'nodejs/node_modules/both/index.js': "exports.from = 'first'",
    'nodejs/node_modules/common/index.js': "exports.from = 'first, with ' + require('helper').name",
    'nodejs/node_modules/helper/index.js': "exports.name = 'helper'",
    'nodejs/node_modules/@scope/module/package.json': '{"type":"module","exports":"./main.js"}',
    'nodejs/node_modules/@scope/module/main.js':
      "import { name } from 'helper'\nexport const from = 'module, with ' + name",
    'nodejs/node24/node_modules/versioned/index.js': "exports.from = '24'",
    'nodejs/node20/node_modules/versioned/index.js': "exports.from = '20'",
    'python/both.py': "value = 'first'",
    'python/package/__init__.py': "value = 'package'",
    'share/text': 'first',
    'share/first': '',
  },
  second: {
    'nodejs/node_modules/both/index.js': "exports.from = 'second'",
    'python/both.py': "value = 'second'",
    'share/text': 'second',
    'share/second': '',
    bootstrap: '#!/bin/sh\n',
  },
  runtime: {
    bootstrap: `#!/bin/sh
url="http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime/invocation"
while true; do
  id=$(curl -sS -D - "$url/next" -o /dev/null | sed -n 's/^lambda-runtime-aws-request-id: *\\([^\\r]*\\).*/\\1/pI')
  curl -sS "$url/$id/response" -d "\\"from $0\\""
done
`,
  },
} as const

const names = ['both', 'common', '@scope/module', 'versioned', 'nothing']
const list = JSON.stringify(names)
const share = `{ text: readFileSync(opt + '/share/text', 'utf8'), names: readdirSync(opt + '/share').toSorted() }`
/** Without a sandbox /opt is elsewhere. */
const opt = `const opt = process.env.NODE_PATH.split('/nodejs/')[0]`
const node = {
  'module.mjs': `import { readFileSync, readdirSync } from 'node:fs'
${opt}
export const handler = async () => {
  const found = {}
  for (const name of ${list}) {
    try { found[name] = (await import(name)).from } catch (error) { found[name] = error.code }
  }
  return { found, share: ${share} }
}`,
  'common.js': `const { readFileSync, readdirSync } = require('node:fs')
${opt}
exports.handler = async () => {
  const found = {}
  for (const name of ${list}) {
    try { found[name] = require(name).from } catch (error) { found[name] = error.code }
  }
  return { found, share: ${share} }
}`,
}

async function publish(client: LambdaClient, name: keyof typeof layers): Promise<string> {
  const { LayerVersionArn } = await client.send(
    new PublishLayerVersionCommand({ LayerName: name, Content: { ZipFile: zip(layers[name]) } }),
  )
  return LayerVersionArn ?? ''
}

for (const [isolation, { args, skip }] of Object.entries(isolations)) {
  describe(isolation, { skip }, () => {
    let server: TestServer
    let client: LambdaClient
    let both: string[]

    before(async () => {
      server = await startTestServer({ args })
      client = clientsOf(server.url).lambda
      both = [await publish(client, 'first'), await publish(client, 'second')]
    })
    after(() => server?.[Symbol.asyncDispose]())

    const call = async (name: string): Promise<unknown> => {
      const { text, error } = await invoke(server.url, name)
      assert.equal(error, null, text)
      return JSON.parse(text)
    }

    for (const major of [20, 24]) {
      for (const [form, Handler] of [
        ['require', 'common.handler'],
        ['import', 'module.handler'],
      ] as const) {
        const unhooked = isolation === 'as plain processes' && major === 20 && form === 'import'
        const reason = unhooked && 'Node.js 20 has no hooks for it'
        test(`nodejs${major}.x finds packages with ${form}`, { skip: reason }, async () => {
          const FunctionName = `node${major}-${form}`
          const Runtime = `nodejs${major}.x` as Runtime
          await deploy(client, { FunctionName, Runtime, Handler, files: node, Layers: both })
          // An ECMAScript module is none that require may load, unless Node.js 24 is asked.
          const scoped =
            form === 'require' && major === 20 ? 'ERR_REQUIRE_ESM' : 'module, with helper'
          assert.deepEqual(await call(FunctionName), {
            found: {
              both: 'second',
              common: 'first, with helper',
              '@scope/module': scoped,
              versioned: String(major),
              nothing: form === 'require' ? 'MODULE_NOT_FOUND' : 'ERR_MODULE_NOT_FOUND',
            },
            share: { text: 'second', names: ['first', 'second', 'text'] },
          })
        })
      }
    }

    test('the order of the layers is that of the list', async () => {
      const FunctionName = 'turned'
      const Layers = both.toReversed()
      await deploy(client, { FunctionName, Handler: 'common.handler', files: node, Layers })
      const { found, share: shared } = (await call(FunctionName)) as {
        found: Record<string, string>
        share: { text: string }
      }
      assert.equal(found['both'], 'first')
      assert.equal(shared.text, 'first')
    })

    const noPython = python === undefined && 'no Python on this machine'
    test('Python finds modules', { skip: noPython }, async () => {
      const code =
        'import both, package\ndef handler(event, context):\n    return [both.value, package.value]\n'
      await deploy(client, {
        FunctionName: 'python',
        Runtime: python as Runtime,
        Handler: 'app.handler',
        files: { 'app.py': code },
        Layers: both,
      })
      assert.deepEqual(await call('python'), ['second', 'package'])
    })

    test('a custom runtime may be a layer', async () => {
      const Layers = [await publish(client, 'runtime')]
      const Runtime = 'provided.al2023'
      const files = { 'nothing.txt': '' }
      await deploy(client, { FunctionName: 'custom', Runtime, Handler: 'x', files, Layers })
      assert.match(String(await call('custom')), /^from .*\/bootstrap$/)
    })

    test('a deleted version stays where it is, also for environments to come', async () => {
      const Layers = [await publish(client, 'first')]
      const FunctionName = 'kept'
      await deploy(client, { FunctionName, Handler: 'common.handler', files: node, Layers })
      const LayerName = 'first'
      const VersionNumber = Number(Layers[0]?.split(':').at(-1))
      await client.send(new DeleteLayerVersionCommand({ LayerName, VersionNumber }))
      const ask = async () => ((await call(FunctionName)) as { found: { both: string } }).found.both
      assert.equal(await ask(), 'first')
      await client.send(new UpdateFunctionConfigurationCommand({ FunctionName, Timeout: 9 }))
      await waitUntilFunctionUpdatedV2({ client, ...patience }, { FunctionName })
      assert.equal(await ask(), 'first')
      await assert.rejects(
        client.send(new UpdateFunctionConfigurationCommand({ FunctionName, Layers })),
        { name: 'InvalidParameterValueException', message: /^Layer version .* does not exist\.$/ },
      )
    })
  })
}
