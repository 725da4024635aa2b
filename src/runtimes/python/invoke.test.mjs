/** Invocations: results, events, errors, context. On every Python of this machine. */
import assert from 'node:assert/strict'
import { handlerOf, isAsciiOnly, onEachPython, withFunction } from './test-kit.mjs'

onEachPython("a handler's value is the response, many times over", (python) =>
  withFunction(python, handlerOf("return {'n': event['n'] + 1}"), async (bootstrap) => {
    for (let n = 0; n < 5; n++) {
      const answer = await bootstrap.invoke({ n }, {}, `request-${n}`)
      assert.equal(answer.path, `/2018-06-01/runtime/invocation/request-${n}/response`)
      assert.equal(answer.headers['content-type'], 'application/json')
      assert.equal(answer.text, `{"n": ${n + 1}}`)
    }
  }),
)

onEachPython('the result and the request for the next event leave together', (python) =>
  withFunction(python, handlerOf('return event'), async (bootstrap) => {
    await bootstrap.ready()
    /** @type {string[]} */
    const chunks = []
    bootstrap.socket.on('data', (bytes) => chunks.push(bytes.toString()))
    await bootstrap.invoke('1')
    assert.equal(chunks.length, 1)
    assert.match(chunks[0], /^POST [^]+\r\n\r\n1GET \/2018-06-01\/runtime\/invocation\/next HTTP/)
  }),
)

onEachPython('over TCP, also to a server that closes after each answer', async (python) => {
  for (const answer of [
    undefined,
    () => 'HTTP/1.1 202 Accepted\r\nConnection: close\r\nContent-Length: 0\r\n\r\n',
  ]) {
    await withFunction(
      python,
      handlerOf('return event'),
      async (bootstrap) => {
        for (let n = 1; n < 4; n++) {
          assert.equal((await bootstrap.invoke(String(n))).text, String(n))
          // The request that came with the answer went down with its connection; it comes again.
          await bootstrap.ready(answer === undefined ? n + 1 : n * 2 + 1)
        }
      },
      { tcp: true, answer },
    )
  }
})

onEachPython('events: JSON with space around it, large, chunked, and what is no JSON', (python) =>
  withFunction(
    python,
    handlerOf('return [type(event).__name__, len(event)]'),
    async (bootstrap) => {
      assert.equal((await bootstrap.invoke(' {"a": 1} \n')).text, '["dict", 1]')
      assert.equal((await bootstrap.invoke('"ä€😀"')).text, '["str", 3]')
      const large = JSON.stringify('x'.repeat(5_000_000))
      assert.equal((await bootstrap.invoke(large)).text, '["str", 5000000]')
      const raw = await bootstrap.invoke('a=b', { 'Content-Type': 'text/plain' })
      assert.equal(raw.text, '["bytes", 3]')
      const before = bootstrap.posts.length
      bootstrap.socket.write(
        'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nLambda-Runtime-Aws-Request-Id: c\r\n\r\n',
      )
      for (const piece of ['[1,', '2,3', ']'])
        bootstrap.socket.write(`${piece.length}\r\n${piece}\r\n`)
      bootstrap.socket.write('0\r\n\r\n')
      const answer = await bootstrap.until(() => bootstrap.posts[before], 'the answer')
      assert.equal(answer.text, '["list", 3]')
      const bad = await bootstrap.invoke('{')
      assert.match(bad.path, /\/error$/)
      assert.equal(bad.json.errorType, 'Runtime.UnmarshalError')
      assert.match(bad.json.errorMessage, /^Unable to unmarshal input: Expecting property name/)
    },
  ),
)

onEachPython('a large result arrives whole', (python) =>
  withFunction(python, handlerOf("return 'x' * event"), async (bootstrap) => {
    assert.equal((await bootstrap.invoke('6000000')).body.length, 6_000_002)
    assert.equal((await bootstrap.invoke('1')).text, '"x"')
  }),
)

onEachPython('bytes are the response as they are', (python) =>
  withFunction(python, handlerOf("return b'\\xff\\x00'"), async (bootstrap) => {
    const answer = await bootstrap.invoke('0')
    assert.deepEqual([...answer.body], [255, 0])
    assert.equal(answer.headers['content-type'], 'application/unknown')
  }),
)

onEachPython('an exception, in the words of AWS', (python) => {
  const code = `def inner():
    raise ValueError("boom é")

def handler(event, context):
    return (1 +
            inner())
`
  return withFunction(python, code, async (bootstrap, taskRoot) => {
    const answer = await bootstrap.invoke('0', { 'Lambda-Runtime-Invocation-Id': 'i1' }, 'r1')
    assert.equal(answer.path, '/2018-06-01/runtime/invocation/r1/error')
    assert.equal(answer.headers['lambda-runtime-function-error-type'], 'ValueError')
    assert.equal(answer.headers['lambda-runtime-invocation-id'], 'i1')
    const app = `${taskRoot}/app.py`
    // Python 3.10 to 3.13 alike: neither carets nor more than the first line of the expression.
    assert.deepEqual(answer.json, {
      errorMessage: 'boom é',
      errorType: 'ValueError',
      requestId: 'r1',
      stackTrace: [
        `  File "${app}", line 6, in handler\n    inner())\n`,
        `  File "${app}", line 2, in inner\n    raise ValueError("boom é")\n`,
      ],
    })
    const shown = isAsciiOnly(python) ? 'boom \\u00e9' : 'boom é'
    assert.ok(answer.text.startsWith(`{"errorMessage": "${shown}", "errorType": "ValueError", `))
    assert.deepEqual(JSON.parse(answer.headers['lambda-runtime-function-xray-error-cause']), {
      working_directory: taskRoot,
      exceptions: [
        {
          message: 'boom é',
          type: 'ValueError',
          stack: [
            { label: 'handler', path: app, line: 6 },
            { label: 'inner', path: app, line: 2 },
          ],
        },
      ],
      paths: [app],
    })
  })
})

onEachPython('errors of all sorts; the next event is served', (python) => {
  const code = handlerOf(
    'exec(event)\nreturn "fine"',
    `class Odd(Exception):
    def __str__(self):
        return 5
def again():
    again()
`,
  )
  return withFunction(python, code, async (bootstrap) => {
    const fail = async (body) => (await bootstrap.invoke(JSON.stringify(body))).json
    assert.equal((await fail('raise KeyError("k")')).errorMessage, "'k'")
    const empty = await fail('raise RuntimeError')
    assert.deepEqual([empty.errorMessage, empty.errorType], ['', 'RuntimeError'])
    // Where AWS's client dies of the message itself, ours says so.
    assert.equal((await fail('raise Odd')).errorMessage, '<Odd str() failed>')
    const deep = await fail('again()')
    assert.equal(deep.errorType, 'RecursionError')
    assert.match(deep.stackTrace.at(-1), /^ {2}\[Previous line repeated \d+ more times\]\n$/)
    assert.equal((await fail('raise ValueError("\\ud800")')).errorMessage, '\ud800')
    assert.equal(await fail('pass'), 'fine')
  })
})

onEachPython('a byte that no header may have is escaped in the cause', (python) =>
  withFunction(python, handlerOf('raise ValueError(event)'), async (bootstrap) => {
    const answer = await bootstrap.invoke('"a\x7fb"')
    assert.equal(answer.json.errorMessage, 'a\x7fb')
    const cause = answer.headers['lambda-runtime-function-xray-error-cause']
    assert.ok(cause.includes('"a\\u007fb"'), cause)
  }),
)

onEachPython('a cause beyond a mebibyte is left out, and a type that is no header', (python) => {
  const code = handlerOf('raise type(event, (Exception,), {})("x" * 1_100_000)')
  return withFunction(python, code, async (bootstrap) => {
    const answer = await bootstrap.invoke(JSON.stringify('Ärger\n'))
    assert.equal(answer.json.errorMessage.length, 1_100_000)
    assert.equal(answer.json.errorType, 'Ärger\n')
    assert.equal(answer.headers['lambda-runtime-function-xray-error-cause'], undefined)
    assert.equal(answer.headers['lambda-runtime-function-error-type'], undefined)
  })
})

onEachPython('what cannot be called as a handler', async (python) => {
  for (const [code, words] of [
    ['def handler(): pass', 'handler() takes 0 positional arguments but 2 were given'],
    ['handler = 5', "'int' object is not callable"],
  ]) {
    await withFunction(python, code, async (bootstrap) => {
      const { errorType, errorMessage, stackTrace } = (await bootstrap.invoke('0')).json
      assert.deepEqual([errorType, errorMessage], ['TypeError', words])
      assert.equal(stackTrace.length, 1)
      assert.match(
        stackTrace[0],
        /, in handle_event_request\n {4}response = request_handler\(event, lambda_context\)\n$/,
      )
    })
  }
})

const clientContext = {
  client: { installation_id: 'i', app_title: 't', app_version_name: 'n', odd: 1 },
  custom: { a: 'ü' },
  env: { make: 'm' },
  w3c: { traceparent: 'p', tracestate: 5, other: 'x' },
}

onEachPython('the context object', (python) => {
  const code = handlerOf(`import os
return {
    'fields': {name: str(value) for name, value in vars(context).items() if name[0] != '_'},
    'text': str(context),
    'remaining': context.get_remaining_time_in_millis(),
    'custom': context.client_context and context.client_context.custom,
    'title': context.client_context and context.client_context.client.app_title,
    'code': context.client_context and context.client_context.client.app_version_code,
    'identity': [context.identity.cognito_identity_id, context.identity.cognito_identity_pool_id],
    'w3c': context.w3c(),
    'trace': os.environ.get('_X_AMZN_TRACE_ID'),
}`)
  return withFunction(python, code, async (bootstrap) => {
    const headers = {
      'Lambda-Runtime-Deadline-Ms': String(Date.now() + 60_000),
      'Lambda-Runtime-Trace-Id': 'Root=1',
      'Lambda-Runtime-Client-Context': JSON.stringify(clientContext),
      'Lambda-Runtime-Cognito-Identity':
        '{"cognitoIdentityId":"id","cognitoIdentityPoolId":"pool"}',
      'Lambda-Runtime-Aws-Tenant-Id': 'tenant',
    }
    const full = (await bootstrap.invoke('0', headers, 'r1')).json
    const client =
      'Client([installation_id=i,app_title=t,app_version_name=n,app_version_code=None,app_package_name=None])'
    const fields = {
      aws_request_id: 'r1',
      log_group_name: '/aws/lambda/f',
      log_stream_name: '2026/01/01/[$LATEST]0123456789abcdef0123456789abcdef',
      function_name: 'f',
      memory_limit_in_mb: '128',
      function_version: '$LATEST',
      invoked_function_arn: 'arn:aws:lambda:eu-west-1:123456789012:function:f',
      tenant_id: 'tenant',
      client_context: `ClientContext([custom={'a': 'ü'},env={'make': 'm'},client=${client}])`,
      identity: 'CognitoIdentity([cognito_identity_id=id,cognito_identity_pool_id=pool])',
    }
    assert.deepEqual(full.fields, fields)
    const { tenant_id, ...others } = fields
    const all = Object.entries({ ...others, tenant_id }).map(([name, value]) => `${name}=${value}`)
    assert.equal(full.text, `LambdaContext([${all.join(',')}])`)
    assert.ok(full.remaining > 50_000 && full.remaining <= 60_000)
    assert.deepEqual(full.custom, { a: 'ü' })
    assert.deepEqual([full.title, full.code], ['t', null])
    assert.deepEqual(full.identity, ['id', 'pool'])
    assert.deepEqual(full.w3c, { traceparent: 'p' })
    assert.equal(full.trace, 'Root=1')

    const late = { 'Lambda-Runtime-Deadline-Ms': '1000', 'Lambda-Runtime-Trace-Id': 'Root=2' }
    const bare = (await bootstrap.invoke('0', late)).json
    assert.equal(bare.remaining, 0)
    assert.equal(bare.trace, 'Root=2')
    assert.deepEqual(bare.identity, [null, null])
    assert.equal(bare.fields.client_context, 'None')
    assert.equal(bare.fields.tenant_id, 'None')
    assert.deepEqual(bare.w3c, {})
  })
})

onEachPython('a trace id is gone with its invocation', (python) =>
  withFunction(
    python,
    handlerOf("import os\nreturn '_X_AMZN_TRACE_ID' in os.environ"),
    async (bootstrap) => {
      assert.equal((await bootstrap.invoke('0')).text, 'true')
      const before = bootstrap.posts.length
      bootstrap.socket.write(
        'HTTP/1.1 200 OK\r\nLambda-Runtime-Aws-Request-Id: r\r\nContent-Length: 1\r\n\r\n0',
      )
      const answer = await bootstrap.until(() => bootstrap.posts[before], 'the answer')
      assert.equal(answer.text, 'false')
    },
  ),
)

onEachPython('headers that are no JSON fail the invocation', (python) =>
  withFunction(python, handlerOf('return 1'), async (bootstrap) => {
    for (const [header, name] of [
      ['Lambda-Runtime-Client-Context', 'Client Context'],
      ['Lambda-Runtime-Cognito-Identity', 'Cognito Identity'],
    ]) {
      const { json } = await bootstrap.invoke('0', { [header]: '{' })
      assert.equal(json.errorType, 'Runtime.LambdaContextUnmarshalError')
      assert.match(
        json.errorMessage,
        new RegExp(`^Unable to parse ${name} JSON: Expecting property`),
      )
    }
    assert.equal((await bootstrap.invoke('0')).text, '1')
  }),
)
