/**
 * Function URLs as a browser meets them: a page of one origin asks a function of another, and the browser, not we,
 * judges what the answers to its preflights allow. The host names end in `localhost`, which browsers take for this
 * machine; page and function are of one site, so that cookies go along.
 */
import assert from 'node:assert/strict'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, describe, test } from 'node:test'
import type { Page } from 'playwright-core'
import { PutFunctionConcurrencyCommand } from '@aws-sdk/client-lambda'
import { type TestBrowser, noChromium, startBrowser } from '../kit/browser.ts'
import { clientsOf, deploy } from '../kit/deploy.ts'
import { askUrl, createUrl } from '../kit/function-url.ts'
import { type TestServer, noSandboxes, startTestServer } from '../kit/server.ts'

const skip = noSandboxes ?? noChromium ?? false

/** Tells what it was asked, and what it had been asked before. */
const plain = `
const seen = []
export const handler = async (event) => {
  const { method, path } = event.requestContext.http
  if (path === '/seen') return { statusCode: 200, body: JSON.stringify(seen.splice(0)) }
  seen.push(method)
  const headers = { 'x-theirs': 'shown', 'x-hidden': 'kept' }
  if (path === '/twice') headers['access-control-allow-origin'] = event.headers.origin
  const body = { mine: event.headers['x-mine'], cookies: event.cookies ?? [], got: event.body }
  return { statusCode: 200, headers, cookies: ['visited=yes; Path=/'], body: JSON.stringify(body) }
}
`

/** Says something at once, and then for long nothing. */
const streaming = `
import { setTimeout as sleep } from 'node:timers/promises'
export const handler = awslambda.streamifyResponse(async (event, stream) => {
  const type = event.rawPath === '/events' ? 'text/event-stream' : 'text/plain'
  stream = awslambda.HttpResponseStream.from(stream, { statusCode: 200, headers: { 'content-type': type } })
  stream.write('data: first\\n\\n')
  if (event.rawPath === '/fail') {
    await sleep(100)
    throw new Error('no')
  }
  await sleep(60_000)
  stream.end()
})
`

/** A page for any host: what the tests ask, they ask from inside it. */
async function startPages(): Promise<AsyncDisposable & { readonly port: number }> {
  const server = http.createServer((_request, response) => {
    response.setHeader('Content-Type', 'text/html').end('<!doctype html><title>test</title>')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

interface Asked {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

/** fetch() in the page, with cookies. @returns the name of the error when the browser refuses */
const ask = (page: Page, url: string, asked: Asked = {}) =>
  page.evaluate(
    async ([target, init]) => {
      try {
        const response = await fetch(target, { ...init, credentials: 'include' })
        const { status, headers } = response
        const text = await response.text()
        return { status, theirs: headers.get('x-theirs'), hidden: headers.get('x-hidden'), text }
      } catch (error) {
        return (error as Error).name
      }
    },
    [url, asked] as const,
  )

describe('a page of another origin', () => {
  const stack = new AsyncDisposableStack()
  let server: TestServer
  let browser: TestBrowser
  let url: string
  let streamingUrl: string
  let friend: Page
  let stranger: Page

  before(async () => {
    if (skip) return
    server = stack.use(await startTestServer())
    const pages = stack.use(await startPages())
    browser = stack.use(await startBrowser())
    const origin = `http://friend.us-east-1.localhost:${pages.port}`
    const { lambda } = clientsOf(server.url)
    const Cors = {
      AllowOrigins: [origin],
      AllowMethods: ['GET', 'PUT'],
      AllowHeaders: ['content-type', 'x-mine'],
      ExposeHeaders: ['x-theirs'],
      AllowCredentials: true,
    }
    await deploy(lambda, { FunctionName: 'plain', files: { 'index.mjs': plain } })
    // One environment, which has seen all that came.
    const one = { FunctionName: 'plain', ReservedConcurrentExecutions: 1 }
    await lambda.send(new PutFunctionConcurrencyCommand(one))
    url = await createUrl(lambda, { FunctionName: 'plain', Cors })
    await deploy(lambda, {
      FunctionName: 'streams',
      files: { 'index.mjs': streaming },
      Timeout: 30,
    })
    const InvokeMode = 'RESPONSE_STREAM'
    streamingUrl = await createUrl(lambda, { FunctionName: 'streams', Cors, InvokeMode })
    friend = await browser.context.newPage()
    await friend.goto(`${origin}/`)
    stranger = await browser.context.newPage()
    await stranger.goto(`http://stranger.us-east-1.localhost:${pages.port}/`)
  })

  after(() => stack.disposeAsync())

  /** Methods of the requests that have reached the function since it was last asked. */
  const seen = async () => JSON.parse((await askUrl(url, { path: '/seen' })).text)

  test('asks with methods, headers and cookies that the URL allows', { skip }, async () => {
    const headers = { 'content-type': 'application/json', 'x-mine': 'yes' }
    const put = { method: 'PUT', headers, body: '{"a":1}' }
    const answer = await ask(friend, `${url}path`, put)
    assert.ok(typeof answer === 'object', `refused: ${JSON.stringify(answer)}`)
    assert.deepEqual([answer.status, answer.theirs, answer.hidden], [200, 'shown', null])
    assert.deepEqual(JSON.parse(answer.text), { mine: 'yes', cookies: [], got: '{"a":1}' })
    const again = await ask(friend, url)
    assert.ok(typeof again === 'object', `refused: ${JSON.stringify(again)}`)
    assert.deepEqual(JSON.parse(again.text).cookies, ['visited=yes'])
    // The preflight has not come to the function.
    assert.deepEqual(await seen(), ['PUT', 'GET'])
  })

  test('is refused by its browser where the URL does not allow it', { skip }, async () => {
    for (const asked of [
      { method: 'DELETE' },
      { method: 'PUT', headers: { 'x-other': 'no' } },
      { headers: { 'x-other': 'no' } },
    ]) {
      assert.equal(await ask(friend, url, asked), 'TypeError', JSON.stringify(asked))
    }
    assert.equal(await ask(stranger, url, { method: 'PUT' }), 'TypeError')
    assert.deepEqual(await seen(), [])
    // Without a preflight the function runs, but the page does not get to see its answer.
    assert.equal(await ask(stranger, url), 'TypeError')
    assert.deepEqual(await seen(), ['GET'])
  })

  test('is refused when the function says, too, what the URL says (docs)', { skip }, async () => {
    assert.equal(await ask(friend, `${url}twice`), 'TypeError')
    assert.deepEqual(await seen(), ['GET'])
  })

  test('reads a stream while the function makes it', { skip }, async () => {
    // The function sleeps far longer than its time: its first words come long before the answer could be whole.
    const first = await friend.evaluate(async (target) => {
      const leaving = new AbortController()
      const { body } = await fetch(target, { credentials: 'include', signal: leaving.signal })
      const { value } = await body!.getReader().read()
      leaving.abort()
      return new TextDecoder().decode(value)
    }, streamingUrl)
    assert.equal(first, 'data: first\n\n')
  })

  test('hears events of an EventSource', { skip }, async () => {
    const data = await friend.evaluate(
      (target) =>
        new Promise((resolve, reject) => {
          const source = new EventSource(target, { withCredentials: true })
          source.addEventListener('message', (event) => {
            source.close()
            resolve(event.data)
          })
          source.addEventListener('error', () => reject(new Error('no events')))
        }),
      `${streamingUrl}events`,
    )
    assert.equal(data, 'first')
  })

  test('learns that a stream broke off', { skip }, async () => {
    const heard = await friend.evaluate(async (target) => {
      const reader = (await fetch(target, { credentials: 'include' })).body!.getReader()
      const chunks: string[] = []
      try {
        for (;;) {
          const { done, value } = await reader.read()
          if (done) return [...chunks, 'a good end']
          chunks.push(new TextDecoder().decode(value))
        }
      } catch (error) {
        return [...chunks, (error as Error).name]
      }
    }, `${streamingUrl}fail`)
    assert.deepEqual(heard, ['data: first\n\n', 'TypeError'])
  })
})
