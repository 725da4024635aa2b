/**
 * Invoke over plain HTTP: kinds of invocation, payloads and their limits, headers of the answer, concurrency; and
 * runtimes that functions bring along. Expected texts: API reference (Invoke) and recorded answers of AWS.
 */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { clientsOf, defaultAccount, deploy, invoke } from '../kit/deploy.ts'
import { type TestServer, noSandboxes, startTestServer } from '../kit/server.ts'

const skip = noSandboxes ?? false

const index = `
let busy = 0
let served = 0
exports.handler = async (event, context) => {
  busy += 1
  served += 1
  for (let line = 0; line < (event?.lines ?? 0); line += 1) console.log('line %d of a log that is long', line)
  const answer = { event, atOnce: busy, served, stream: context.logStreamName, client: context.clientContext, arn: context.invokedFunctionArn, trace: process.env._X_AMZN_TRACE_ID }
  if (event?.sleepMs) await new Promise((resolve) => setTimeout(resolve, event.sleepMs))
  busy -= 1
  return event?.fail ? Promise.reject(new Error('failed')) : (event?.give ?? answer)
}
`

/** A runtime of a few lines of bash: it needs nothing but the Runtime API over TCP. */
const bootstrap = `#!/bin/bash
host=\${AWS_LAMBDA_RUNTIME_API%:*} port=\${AWS_LAMBDA_RUNTIME_API#*:}
api=/2018-06-01/runtime
answer() { # status, headers (in lower case) and body of what comes next
  read -r _ status _ <&3; id= length=0
  while IFS=: read -r name value <&3; value=\${value%$'\\r'}; value=\${value# }; [ "\${name%$'\\r'}" ]; do
    case \${name,,} in content-length) length=$value ;; lambda-runtime-aws-request-id) id=$value ;; esac
  done
  body=$(head -c "$length" <&3)
}
exec 3<>"/dev/tcp/$host/$port"
echo "starting $_HANDLER"
while :; do
  printf 'GET %s/invocation/next HTTP/1.1\\r\\nHost: %s\\r\\n\\r\\n' "$api" "$AWS_LAMBDA_RUNTIME_API" >&3
  answer
  case $body in
    *die*) exit 7 ;;
    *fail*) path=error result='{"errorType":"Custom","errorMessage":"no"}' ;;
    *) path=response result="{\\"got\\":$body,\\"env\\":\\"$AWS_EXECUTION_ENV/$_X_AMZN_TRACE_ID/$AWS_LAMBDA_FUNCTION_NAME\\"}" ;;
  esac
  echo "event of \${#body} characters"
  printf 'POST %s/invocation/%s/%s HTTP/1.1\\r\\nHost: x\\r\\nContent-Length: %s\\r\\n\\r\\n%s' "$api" "$id" "$path" "\${#result}" "$result" >&3
  answer
  [ "$status" = 202 ] || echo "answered $status"
done
`

const custom = { Runtime: 'provided.al2023', Handler: 'some.words' } as const

let server: TestServer

before(async () => {
  if (skip) return
  server = await startTestServer()
  const { lambda } = clientsOf(server.url)
  await Promise.all([
    deploy(lambda, { FunctionName: 'echo', files: { 'index.js': index } }),
    deploy(lambda, { FunctionName: 'sleeper', files: { 'index.js': index }, Timeout: 60 }),
    deploy(lambda, { FunctionName: 'bash', ...custom, files: { bootstrap } }),
    deploy(lambda, { FunctionName: 'bootless', ...custom, files: { 'main.sh': bootstrap } }),
  ])
})

after(() => server?.[Symbol.asyncDispose]())

const post = (path: string, body?: string | Uint8Array, headers: Record<string, string> = {}) =>
  fetch(`${server.url}/2015-03-31/functions/${path}/invocations`, {
    method: 'POST',
    headers,
    ...(body === undefined ? {} : { body: body as string }),
  })

test('the headers of an answer', { skip }, async () => {
  const requestId = '11111111-2222-4333-8444-555555555555'
  const root = '1-5759e988-bd862e3fe1be46a994272793'
  const trace = `Root=${root};Parent=53995c3f42cd8ad8;Sampled=1`
  const answer = await post('echo', '{}', {
    'x-amzn-requestid': requestId,
    'x-amzn-trace-id': trace,
  })
  assert.equal(answer.status, 200)
  const { trace: seen } = JSON.parse(await answer.text())
  assert.equal(seen.replace(/;Lineage=1:[0-9a-f]{8}:0$/, ''), trace)
  const headers = Object.fromEntries(answer.headers)
  for (const hop of ['connection', 'keep-alive', 'date', 'content-length']) delete headers[hop]
  assert.deepEqual(headers, {
    'content-type': 'application/json',
    'x-amz-executed-version': '$LATEST',
    'x-amzn-remapped-content-length': '0',
    'x-amzn-requestid': requestId,
    'x-amzn-trace-id': `root=${root};sampled=1`,
  })
})

test('the headers of a function error, with the log', { skip }, async () => {
  const invoked = await invoke(server.url, 'echo', { fail: true })
  assert.equal(invoked.status, 200)
  assert.equal(invoked.error, 'Unhandled')
  assert.equal(invoked.headers.get('x-amz-executed-version'), '$LATEST')
  assert.match(
    invoked.headers.get('x-amzn-trace-id') ?? '',
    /^root=1-[0-9a-f]{8}-[0-9a-f]{24};sampled=0$/,
  )
  assert.match(
    invoked.requestId,
    /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
  )
  assert.equal(invoked.log[0], `START RequestId: ${invoked.requestId} Version: $LATEST`)
})

test(
  'of a long log only the last 4 KB are told, and nothing to who does not ask',
  { skip },
  async () => {
    const { headers, log } = await invoke(server.url, 'echo', { lines: 100 })
    const tail = Buffer.from(headers.get('x-amz-log-result') ?? '', 'base64')
    assert.equal(tail.length, 4096)
    assert.match(log.at(-3) ?? '', /\tINFO\tline 99 of a log that is long$/)
    assert.match(log.at(-1) ?? '', /^REPORT /)
    const answer = await post('echo', '{}', { 'x-amz-log-type': 'None' })
    assert.equal(answer.headers.has('x-amz-log-result'), false)
    await answer.arrayBuffer()
  },
)

test('a request id that is none', { skip }, async () => {
  const answer = await post('echo', '{}', { 'x-amzn-requestid': 'mine' })
  assert.equal(answer.status, 400)
  assert.equal(answer.headers.get('x-amzn-errortype'), 'InvalidRequestContentException')
})

test('no payload at all is an empty object; null and numbers are JSON', { skip }, async () => {
  assert.deepEqual(JSON.parse(await (await post('echo')).text()).event, {})
  for (const text of ['null', '7', '"é"', '[true]', ' {"a" : [] } ']) {
    assert.deepEqual(JSON.parse(await (await post('echo', text)).text()).event, JSON.parse(text))
  }
})

test('what is not JSON is refused before the function sees it', { skip }, async () => {
  const expected: readonly (readonly [string | Uint8Array, RegExp])[] = [
    ['{"a":', /: Unexpected end-of-input\n at \[Source: .*; line: 1, column: \d+\]$/],
    ['hello', /: Unrecognized token 'hello': was expecting \(JSON String, Number/],
    // Recorded from AWS: the first byte of it.
    [
      Uint8Array.of(0x99),
      /: Unexpected character \(\(CTRL-CHAR, code 153\)\): expected a valid value/,
    ],
    [`{"long":"${'x'.repeat(100_000)}`, /: Unexpected end-of-input\n at /],
  ]
  for (const [payload, message] of expected) {
    const answer = await post('echo', payload)
    assert.equal(answer.status, 400)
    assert.equal(answer.headers.get('x-amzn-errortype'), 'InvalidRequestContentException')
    const { Type, message: words } = (await answer.json()) as Record<string, string>
    assert.equal(Type, 'User')
    assert.match(
      words ?? '',
      /^Could not parse request body into json: Could not parse payload into/,
    )
    assert.match(words ?? '', message)
  }
})

test('a request of 6 MB, and one byte more', { skip }, async () => {
  const limit = 6_291_456
  const largest = await post('echo', `{"give":"${'x'.repeat(limit - 11)}"}`)
  assert.equal(largest.status, 200)
  assert.equal((await largest.text()).length, limit - 9)
  const larger = await post('echo', `{"give":"${'x'.repeat(limit - 10)}"}`)
  assert.equal(larger.status, 413)
  assert.equal(larger.headers.get('x-amzn-errortype'), 'RequestEntityTooLargeException')
  assert.equal(
    ((await larger.json()) as Record<string, string>)['message'],
    '6291457 byte payload is too large for the RequestResponse invocation type (limit 6291456 bytes)',
  )
})

test('a dry run runs nothing', { skip }, async () => {
  const count = async () => JSON.parse((await invoke(server.url, 'echo')).text).served
  const served = await count()
  const answer = await post('echo', '{}', { 'x-amz-invocation-type': 'DryRun' })
  assert.equal(answer.status, 204)
  assert.equal(await answer.text(), '')
  assert.equal(await count(), served + 1)
  assert.equal((await post('nobody', '{}', { 'x-amz-invocation-type': 'DryRun' })).status, 404)
})

test('an event is not taken yet, and says so', { skip }, async () => {
  const answer = await post('echo', '{}', { 'x-amz-invocation-type': 'Event' })
  assert.equal(answer.status, 501)
  assert.match(await answer.text(), /InvocationType Event is not served by lambdad yet/)
  const unknown = await post('echo', '{}', { 'x-amz-invocation-type': 'Later' })
  assert.equal(unknown.status, 400)
  assert.match(await unknown.text(), /enum value set: \[Event, RequestResponse, DryRun\]/)
})

test('the client context reaches the function', { skip }, async () => {
  const encode = (text: string) => Buffer.from(text).toString('base64')
  const context = { custom: { name: 'ü' }, env: { locale: 'de' } }
  const header = encode(JSON.stringify(context))
  const { text } = await invoke(server.url, 'echo', {}, { 'x-amz-client-context': header })
  assert.deepEqual(JSON.parse(text).client, context)
  for (const wrong of [encode('{"a":'), encode(JSON.stringify({ a: 'x'.repeat(2700) }))]) {
    const answer = await post('echo', '{}', { 'x-amz-client-context': wrong })
    assert.equal(answer.status, 400)
    assert.equal(answer.headers.get('x-amzn-errortype'), 'InvalidRequestContentException')
  }
})

test('all forms of a function name', { skip }, async () => {
  const arn = `arn:aws:lambda:us-east-1:${defaultAccount}:function:echo`
  const qualified = `${arn}:$LATEST`
  const forms: [string, string][] = [
    ['echo', arn],
    [`${defaultAccount}:function:echo`, arn],
    ['function:echo', arn],
    [arn, arn],
    ['echo:$LATEST', qualified],
    [qualified, qualified],
  ]
  for (const [name, expected] of forms) {
    const { text, status } = await invoke(server.url, encodeURIComponent(name))
    assert.equal(status, 200, `${name}: ${text}`)
    assert.equal(JSON.parse(text).arn, expected)
  }
})

test('a function that is not there, by name, version and region', { skip }, async () => {
  const arn = `arn:aws:lambda:us-east-1:${defaultAccount}:function`
  const missing = await invoke(server.url, 'nobody')
  assert.equal(missing.status, 404)
  assert.equal(missing.headers.get('x-amzn-errortype'), 'ResourceNotFoundException')
  assert.deepEqual(JSON.parse(missing.text), {
    Type: 'User',
    Message: `Function not found: ${arn}:nobody`,
  })
  const version = await invoke(server.url, 'echo:7')
  assert.equal(JSON.parse(version.text).Message, `Function not found: ${arn}:echo:7`)
  const elsewhere = await invoke(
    server.url,
    encodeURIComponent(`${arn}:echo`.replace('east-1', 'west-2')),
  )
  assert.equal(elsewhere.status, 404)
  assert.match(
    elsewhere.text,
    /Functions from 'us-west-2' are not reachable in this region \('us-east-1'\)/,
  )
})

test('twenty at once run in twenty environments, one each', { skip }, async () => {
  let streams = new Set<string>()
  // On a slow machine the first are done before the last has started; then the next round finds more of them.
  for (let round = 0; round < 10 && streams.size < 20; round += 1) {
    const all = await Promise.all(
      Array.from({ length: 20 }, () => invoke(server.url, 'sleeper', { sleepMs: 1500 })),
    )
    const answers = all.map(({ text }) => JSON.parse(text))
    assert.deepEqual(
      answers.map(({ atOnce }) => atOnce),
      Array.from({ length: 20 }, () => 1),
    )
    streams = new Set(answers.map(({ stream }) => stream))
  }
  assert.equal(streams.size, 20)
  const next = JSON.parse((await invoke(server.url, 'sleeper')).text)
  assert.ok(streams.has(next.stream), 'one of them serves again')
})

test('a runtime of its own, over TCP', { skip }, async () => {
  const first = await invoke(server.url, 'bash', [1, 2])
  assert.equal(first.error, null, first.text)
  // The trace is not in the environment of such runtimes, nor is their name.
  assert.deepEqual(JSON.parse(first.text), { got: [1, 2], env: '//bash' })
  const failed = await invoke(server.url, 'bash', 'fail')
  assert.equal(failed.error, 'Unhandled')
  assert.equal(failed.text, '{"errorType":"Custom","errorMessage":"no"}')
  const died = await invoke(server.url, 'bash', 'die')
  assert.equal(
    died.text,
    `{"errorType":"Runtime.ExitError","errorMessage":"RequestId: ${died.requestId} Error: Runtime exited with error: exit status 7"}`,
  )
  const again = await invoke(server.url, 'bash', 'back')
  assert.deepEqual(JSON.parse(again.text).got, 'back')
})

test('a runtime of its own that is not there', { skip }, async () => {
  const missing = await invoke(server.url, 'bootless')
  assert.equal(missing.error, 'Unhandled')
  assert.deepEqual(JSON.parse(missing.text), {
    errorType: 'Runtime.InvalidEntrypoint',
    errorMessage: `RequestId: ${missing.requestId} Error: Couldn't find valid bootstrap(s): [/var/task/bootstrap /opt/bootstrap]`,
  })
  const reports = missing.log.filter((line) => line.startsWith('INIT_REPORT '))
  assert.match(
    reports[0] ?? '',
    /\tPhase: invoke\tStatus: error\tError Type: Runtime\.InvalidEntrypoint$/,
  )
})

const unrunnable: [string, string, string][] = [
  ['no-interpreter', '#!/no/such/interpreter\n', 'no such file or directory'],
  ['no-program', 'neither a script nor a program\n', 'exec format error'],
]

for (const [name, script, reason] of unrunnable) {
  test(`a runtime of its own that cannot run: ${reason}`, { skip }, async () => {
    const { lambda } = clientsOf(server.url)
    await deploy(lambda, {
      FunctionName: name,
      Runtime: 'provided.al2023',
      files: { bootstrap: script },
    })
    const failed = await invoke(server.url, name)
    assert.deepEqual(JSON.parse(failed.text), {
      errorType: 'Runtime.InvalidEntrypoint',
      errorMessage: `RequestId: ${failed.requestId} Error: fork/exec /var/task/bootstrap: ${reason}`,
    })
  })
}
