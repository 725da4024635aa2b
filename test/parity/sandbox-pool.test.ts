/**
 * Functions whose sandbox was made ahead, beside the same functions started on their own: nobody can tell the difference,
 * neither the caller, nor the function, nor the reader of its log. Two servers, one of which makes none ahead.
 */
import assert from 'node:assert/strict'
import { Buffer } from 'node:buffer'
import { setTimeout as sleep } from 'node:timers/promises'
import { after, before, describe, test } from 'node:test'
import { FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs'
import type { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs'
import { type Deployment, clientsOf, deploy, invoke } from '../kit/deploy.ts'
import { type TestServer, noSandboxes, startTestServer } from '../kit/server.ts'

const skip = noSandboxes ?? false
const runtimes = ['nodejs20.x', 'nodejs22.x', 'nodejs24.x'] as const

/** Only a sandbox that has waited has a place for layers without having any. */
const mark = ' /opt '

/** Says first where it runs; then it tells all that it can find out, or fails as it is told. */
const files = {
  'lib/helper.js': 'module.exports = "helped"',
  'look.js': `
    const fs = require('node:fs')
    const read = (file) => fs.readFileSync(file, 'utf8')
    console.log('POOLED=' + read('/proc/self/mountinfo').includes('${mark}'))
    const trial = (work) => { try { return work() } catch (error) { return error.code } }
    const kind = (fd) => {
      const stat = trial(() => fs.fstatSync(fd))
      return [fd, stat.isFIFO?.(), stat.isSocket?.(), stat.isFile?.(), trial(() => fs.readlinkSync('/proc/self/fd/' + fd).replace(/\\d+/g, 'N'))]
    }
    exports.handler = async (event, context) => {
      console.info('an event of %d characters', JSON.stringify(event).length)
      console.error(new RangeError('on the way'))
      process.stdout.write('raw\\n')
      return {
        env: process.env, argv: process.argv, execArgv: process.execArgv, execPath: process.execPath, title: process.title,
        cwd: process.cwd(), relative: read('lib/helper.js'), helper: trial(() => require('helper')), ids: [process.pid, process.ppid, process.getuid(), process.getgid(), process.getgroups()],
        fds: fs.readdirSync('/proc/self/fd').map(Number).filter((fd) => fd > 0 && trial(() => fs.fstatSync(fd)).isFile).toSorted((a, b) => a - b).map(kind),
        input: trial(() => fs.readFileSync(0, 'utf8')),
        limits: read('/proc/self/limits'), umask: process.umask(), nice: require('node:os').getPriority(), oom: read('/proc/self/oom_score_adj'),
        status: read('/proc/self/status').match(/^(Cap|Seccomp|NoNewPrivs|Groups|Uid|Gid|Sig(Blk|Ign)).*/gm),
        context: { ...context, logStreamName: 0, getRemainingTimeInMillis: 0 }, main: require.main ?? null, cache: Object.keys(require.cache),
        heap: require('node:v8').getHeapStatistics().heap_size_limit, groups: read('/proc/self/cgroup').split('\\n').filter((line) => !line.includes('name=')).length,
        zone: [Intl.DateTimeFormat().resolvedOptions(), new Date(0).toString(), (1.5).toLocaleString()], stack: new Error('deep').stack,
        tmp: fs.readdirSync('/tmp'), task: fs.readdirSync('/var/task'), writes: trial(() => fs.writeFileSync('/var/task/x', '')), interfaces: Object.keys(require('node:os').networkInterfaces()),
      }
    }`,
  'module.mjs': `
    import { readFileSync } from 'node:fs'
    console.log('POOLED=' + readFileSync('/proc/self/mountinfo', 'utf8').includes('${mark}'))
    export const handler = async (event) => [event, import.meta.url, process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE]`,
  'throws.js': `
    console.log('POOLED=' + require('node:fs').readFileSync('/proc/self/mountinfo', 'utf8').includes('${mark}'))
    throw new RangeError('at the top')`,
  'exits.js': `
    console.log('POOLED=' + require('node:fs').readFileSync('/proc/self/mountinfo', 'utf8').includes('${mark}'))
    process.exit(5)`,
  'faulty.js': `
    console.log('POOLED=' + require('node:fs').readFileSync('/proc/self/mountinfo', 'utf8').includes('${mark}'))
    exports.handler = async (event) => {
      switch (event) {
        case 'throw': throw new RangeError('boom')
        case 'exit': process.exit(3)
        case 'uncaught': setTimeout(() => { throw new TypeError('later') }, 1); return new Promise(() => setInterval(() => {}, 1000))
      }
    }`,
}

/** A runtime of a few lines of bash: it tells how it was started, once. */
const bootstrap = `#!/bin/bash
grep -q '${mark}' /proc/self/mountinfo && echo POOLED=true || echo POOLED=false
exec 3<>/dev/tcp/\${AWS_LAMBDA_RUNTIME_API%:*}/\${AWS_LAMBDA_RUNTIME_API#*:}
answer() {
  read -r _ status _ <&3; id= length=0
  while IFS=: read -r name value <&3; value=\${value%$'\\r'}; value=\${value# }; [ "\${name%$'\\r'}" ]; do
    case \${name,,} in content-length) length=$value ;; lambda-runtime-aws-request-id) id=$value ;; esac
  done
  body=$(head -c "$length" <&3)
}
facts() {
  tr '\\0' '\\n' </proc/$$/cmdline; tr '\\0' '\\n' </proc/$$/environ | sort; pwd; umask; ulimit -aH
  grep -E '^(Cap|Seccomp|NoNewPrivs|Groups|Uid|Gid|Sig(Blk|Ign))' /proc/$$/status; echo pid $$; cat <&0; ls /var/task
}
while :; do
  printf 'GET /2018-06-01/runtime/invocation/next HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n' >&3
  answer
  [ "$body" = '"die"' ] && exit 7
  result="\\"$(facts | base64 -w0)\\""
  echo "an event: $body" >&2
  printf 'POST /2018-06-01/runtime/invocation/%s/response HTTP/1.1\\r\\nHost: x\\r\\nContent-Length: %s\\r\\n\\r\\n%s' "$id" "\${#result}" "$result" >&3
  answer
done
`

interface Side {
  readonly server: TestServer
  readonly logs: CloudWatchLogsClient
  readonly lambda: ReturnType<typeof clientsOf>['lambda']
  readonly pooled: boolean
}

let sides: readonly Side[] = []
const disposal = new AsyncDisposableStack()

before(async () => {
  if (skip) return
  sides = await Promise.all(
    ['512', '0'].map(async (budget) => {
      const server = disposal.use(await startTestServer({ args: [`--memory-budget=${budget}`] }))
      const { lambda, logs } = clientsOf(server.url)
      return { server, lambda, logs, pooled: budget !== '0' }
    }),
  )
})

after(() => disposal.disposeAsync())

/** What the caller gets, and all of the log, without what is different each time. */
interface Outcome {
  readonly text: string
  readonly error: string | null
  readonly log: readonly string[]
}

/** The first and the second invocation of a function that is new. */
async function outcomesOn(side: Side, deployment: Deployment, event: unknown): Promise<Outcome[]> {
  for (let attempt = 1; ; attempt += 1) {
    const FunctionName = `${deployment.FunctionName}-${attempt}`
    await deploy(side.lambda, { ...deployment, FunctionName })
    const outcomes: Outcome[] = []
    let started: string | undefined
    for (let call = 0; call < 2; call += 1) {
      const invoked = await invoke(side.server.url, FunctionName, event)
      const log = await logOf(side, FunctionName, invoked.requestId)
      started ??= log.find((line) => line.includes('POOLED='))
      const clean = (text: string) => withoutMeasures(text.replaceAll(FunctionName, '<function>'))
      outcomes.push({ text: clean(invoked.text), error: invoked.error, log: log.map(clean) })
    }
    if (started?.includes(`POOLED=${side.pooled}`)) return outcomes
    // On a machine that is busy with other things it may not be made yet.
    assert.ok(side.pooled && attempt < 20, `not started as it should be: ${started}`)
    await sleep(attempt * 20)
  }
}

/** All of a function's log, stream by stream, once it has this invocation's last line. */
async function logOf(side: Side, name: string, requestId: string): Promise<string[]> {
  for (let attempt = 0; attempt < 500; attempt += 1) {
    const command = new FilterLogEventsCommand({ logGroupName: `/aws/lambda/${name}` })
    const { events = [] } = await side.logs.send(command)
    const ofStream = Object.groupBy(events, ({ logStreamName = '' }) => logStreamName)
    const lines = Object.values(ofStream).flatMap((each = []) =>
      each.map(({ message = '' }) => message),
    )
    if (lines.some((line) => line.startsWith(`REPORT RequestId: ${requestId}`))) return lines
    await sleep(10)
  }
  throw new Error(`the log of ${name} has no end of ${requestId}`)
}

function withoutMeasures(line: string): string {
  return line
    .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g, '<time>')
    .replace(/[\d.]+ ms/g, '<ms>')
    .replace(/Max Memory Used: \d+ MB/g, 'Max Memory Used: <MB>')
    .replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, '<request>')
    .replace(/POOLED=\w+/, 'POOLED')
}

/** Both servers' outcomes, after they were found to be the same. @param parse what an answer says */
async function sameOnBoth<T>(
  deployment: Deployment,
  event: unknown,
  parse: (text: string) => T,
): Promise<{ answers: T[]; outcomes: Outcome[] }> {
  const [pooled, own] = await Promise.all(
    sides.map(async (side) => {
      const outcomes = await outcomesOn(side, deployment, event)
      return { answers: outcomes.map(({ text }) => parse(text)), outcomes }
    }),
  )
  assert.deepEqual(pooled!.answers, own!.answers)
  const logs = (each: typeof pooled) => each!.outcomes.map(({ log, error }) => ({ log, error }))
  assert.deepEqual(logs(pooled), logs(own))
  return own!
}

/** A look's answer without what differs from one environment to the next. */
// oxlint-disable-next-line typescript/no-explicit-any -- whatever the function saw
function look(text: string): Record<string, any> {
  const seen = JSON.parse(text)
  assert.ok(seen.env, text)
  for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN']) {
    if (name in seen.env) seen.env[name] = '<secret>'
  }
  seen.env.AWS_LAMBDA_LOG_STREAM_NAME = seen.env.AWS_LAMBDA_LOG_STREAM_NAME.length
  seen.env._X_AMZN_TRACE_ID = typeof seen.env._X_AMZN_TRACE_ID
  delete seen.context.awsRequestId
  delete seen.context.xRayTraceId
  return seen
}

const variables = {
  none: {},
  'that a started process can still take': {
    TZ: 'Asia/Tokyo',
    NODE_PATH: '/var/task/lib',
    HOME: '/tmp',
    PATH: '/mine',
    MINE: `é "quoted" 'twice'\n$HOME`,
    EMPTY: '',
  },
  'that count when a process starts': {
    NODE_OPTIONS: '--stack-trace-limit=2 --max-old-space-size=90',
    LANG: 'de_DE.UTF-8',
    TZ: 'America/New_York',
    NODE_PATH: '/var/task/lib',
    MINE: `é "quoted" 'twice'\n$HOME \\ \`true\``,
    EMPTY: '',
  },
} as const

for (const runtime of runtimes) {
  describe(`${runtime}, from the pool and on its own`, { skip }, () => {
    const name = (what: string) => `${runtime}-${what}`.replace(/\W/g, '-')
    const common = { Runtime: runtime, files, Timeout: 30 }

    for (const [what, Variables] of Object.entries(variables)) {
      test(`the process of a function with variables: ${what}`, async () => {
        const { answers, outcomes } = await sameOnBoth(
          {
            ...common,
            FunctionName: name(`look-${Object.keys(variables).indexOf(what)}`),
            Handler: 'look.handler',
            Environment: { Variables },
          },
          { an: 'event' },
          look,
        )
        const { env, cwd, helper, zone, execArgv, input } = answers[0]!
        for (const [key, value] of Object.entries(Variables)) assert.equal(env[key], value)
        assert.deepEqual([cwd, input], ['/var/task', ''])
        assert.equal(helper, 'NODE_PATH' in Variables ? 'helped' : 'MODULE_NOT_FOUND')
        assert.equal(zone[0].timeZone, 'TZ' in Variables ? Variables.TZ : 'UTC')
        assert.ok(execArgv.includes('--expose-gc'))
        const { log } = outcomes[1]!
        const reports = log.filter((line) => line.startsWith('REPORT '))
        assert.equal(reports.length, 2)
        // Of the first alone.
        assert.match(reports[0]!, /\tInit Duration: <ms>\t/)
        assert.doesNotMatch(reports[1]!, /Init Duration/)
        assert.equal(log.filter((line) => line.startsWith('INIT_START ')).length, 1)
        assert.equal(log.filter((line) => line === 'raw\n').length, 2, log.join('\n'))
      })
    }

    test('an ECMAScript module', async () => {
      const deployment = { ...common, FunctionName: name('module'), Handler: 'module.handler' }
      const { answers } = await sameOnBoth({ ...deployment, MemorySize: 256 }, 'x', JSON.parse)
      assert.deepEqual(answers[0], ['x', 'file:///var/task/module.mjs', '256'])
    })

    for (const [handler, event, errorType] of [
      ['throws.handler', '', 'RangeError'],
      ['exits.handler', '', 'Runtime.ExitError'],
      ['faulty.handler', 'throw', 'RangeError'],
      ['faulty.handler', 'exit', 'Runtime.ExitError'],
      ['faulty.handler', 'uncaught', 'TypeError'],
    ] as const) {
      test(`what is told of a failure: ${handler} ${event}`, async () => {
        const FunctionName = name(handler.split('.')[0] + event)
        const deployment = { ...common, FunctionName, Handler: handler }
        const { outcomes } = await sameOnBoth(deployment, event, String)
        for (const { text, error } of outcomes) {
          assert.equal(error, 'Unhandled')
          assert.equal(JSON.parse(text).errorType, errorType)
        }
      })
    }
  })
}

test('a runtime of its own, from the pool and on its own', { skip }, async () => {
  const deployment = {
    FunctionName: 'custom',
    Runtime: 'provided.al2023',
    Handler: 'some.words',
    Environment: { Variables: { MINE: `it's "mine" $HOME`, LINES: 'one\ntwo' } },
    files: { bootstrap },
  } as const
  const facts = (text: string) =>
    Buffer.from(JSON.parse(text), 'base64')
      .toString()
      .replace(
        /^AWS_(ACCESS_KEY_ID|SECRET_ACCESS_KEY|SESSION_TOKEN|LAMBDA_LOG_STREAM_NAME)=.*/gm,
        '$1',
      )
      .replaceAll(/custom-\d+/g, 'custom')
  const { answers } = await sameOnBoth(deployment, 'x', facts)
  assert.match(answers[0]!, /^\/bin\/bash\n\/var\/task\/bootstrap\n/)
  assert.match(answers[0]!, /^MINE=it's "mine" \$HOME$/m)
  assert.match(answers[0]!, /^LINES=one$/m)
  const died = await sameOnBoth({ ...deployment, FunctionName: 'dying' }, 'die', JSON.parse)
  assert.match(died.outcomes[0]!.text, /Runtime exited with error: exit status 7/)
})
