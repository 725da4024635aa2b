/**
 * Talking to the Runtime API as no runtime should: over TCP, by a custom runtime (inside/rude_runtime.py), and over
 * the inherited socket of a managed one. The server reads what comes with the same code where nothing is isolated.
 */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs'
import type { Attempt, Group } from '../attempt.ts'
import type { Arena } from '../arena.ts'
import type { Invoked } from '../../kit/deploy.ts'

const bootstrap = readFileSync(new URL('../inside/rude_runtime.py', import.meta.url), 'utf8')
const deployed = new WeakMap<Arena, Promise<void>>()

/** Has the rude runtime do something while it handles an event. */
async function rude(
  arena: Arena,
  event: { do: string; [name: string]: unknown },
): Promise<Invoked> {
  if (!deployed.has(arena)) {
    const deployment = { FunctionName: 'rude', Runtime: 'provided.al2023', Timeout: 5 } as const
    deployed.set(arena, arena.deploy({ ...deployment, MemorySize: 512, files: { bootstrap } }))
  }
  await deployed.get(arena)
  return await arena.invoke('rude', event)
}

interface Rude {
  readonly name: string
  readonly event: { do: string; [name: string]: unknown }
  /** What the caller of the function gets. */
  readonly answer: RegExp
  /** What the server may grow by meanwhile, bytes. */
  readonly grownBytesMax?: number
}

/** An attempt after which the same function answers as ever. */
function told({ name, event, answer, grownBytesMax }: Rude): Attempt {
  return {
    name,
    process: true,
    needsPython: true,
    async make(arena) {
      const before = await arena.peakMemoryBytes()
      assert.match((await rude(arena, event)).text, answer)
      const after = await rude(arena, { do: 'nothing' })
      assert.equal(after.text, '"fine"')
      const grown = (await arena.peakMemoryBytes()) - before
      if (grownBytesMax !== undefined)
        assert.ok(grown < grownBytesMax, `the server grew by ${grown >> 20} MiB`)
    },
  }
}

/** The request id of the invocation that a function is busy with: its log's newest START says it. */
async function requestIdOf(arena: Arena, name: string): Promise<string> {
  for (;;) {
    const logGroupName = `/aws/lambda/${name}`
    const command = new FilterLogEventsCommand({ logGroupName, filterPattern: 'START' })
    // Until the first line is stored there is no such group.
    const { events = [] } = await arena.clients.logs.send(command).catch(() => ({ events: [] }))
    const starts = events.map(({ message }) => /^START RequestId: (\S+)/.exec(message ?? '')?.[1])
    const ids = starts.filter((id) => id !== undefined)
    if (ids.length > 0) return ids.at(-1)!
  }
}

const floods = [
  ['pings', 'ping'],
  ['calls for the next event', 'next'],
  ['requests for nothing', 'none'],
] as const

export const runtimeApi: Group = {
  title: 'the Runtime API',
  attempts: [
    {
      name: 'inherits a descriptor that it was not given, as a custom runtime',
      needsPython: true,
      async make(arena) {
        assert.equal((await rude(arena, { do: 'descriptors' })).text, '[0, 1, 2]')
      },
    },
    told({
      name: 'answers before it has asked',
      event: { do: 'early' },
      answer: /^\[400, 400\]$/,
    }),
    told({
      name: 'holds 200 connections with half a request each',
      event: { do: 'half_requests' },
      // 64 are served, those of the runtime itself among them; the rest is closed at once.
      answer: /^(6\d|70)$/,
    }),
    told({
      name: 'sends a head of six megabytes',
      event: { do: 'endless_head' },
      answer: /^431$/,
    }),
    told({
      name: 'sends a request line without end',
      event: { do: 'endless_line' },
      answer: /^431$/,
    }),
    told({
      name: 'sends a chunk size without end',
      event: { do: 'endless_chunk_line' },
      answer: /^4(00|31)$/,
    }),
    told({
      name: 'sends what two readers would read differently (smuggling, folding, TLS, HTTP/2)',
      event: { do: 'nonsense' },
      answer: /^\[((400|501|505), ){11}400\]$/,
    }),
    told({
      name: 'answers invocations that are not its own',
      event: { do: 'wrong_ids' },
      answer: /^\[(400, ){6}400\]$/,
    }),
    {
      name: "answers for its neighbour, by the id of the neighbour's request",
      process: true,
      needsPython: true,
      async make(arena) {
        const node = 'return await new Promise((resolve) => setTimeout(resolve, 1500, "mine"))'
        await arena.deploy({ FunctionName: 'victim', MemorySize: 256, Timeout: 30 })
        const victim = arena.invoke('victim', { node })
        const id = await requestIdOf(arena, 'victim')
        const { text } = await rude(arena, { do: 'wrong_ids', ids: [id] })
        assert.deepEqual(JSON.parse(text).at(-1), 400)
        const answered = await victim
        assert.equal(answered.text, '"mine"')
        assert.equal(answered.requestId, id)
      },
    },
    {
      name: 'answers twice, and says that it has failed',
      process: true,
      needsPython: true,
      async make(arena) {
        assert.equal((await rude(arena, { do: 'twice' })).text, '"first"')
        assert.equal((await rude(arena, { do: 'told' })).text, '[202, 400, 400, 403]')
      },
    },
    told({
      name: 'hides a second answer in the first, and sends a third behind it',
      event: { do: 'smuggle' },
      answer:
        /^"POST \/2018-06-01\/runtime\/invocation\/[-0-9a-f]{36}\/response HTTP\/1\.1\\r\\nContent-Length: 10\\r\\n\\r\\n\\"smuggled\\""$/,
    }),
    {
      name: 'asks for the next event and answers it unseen',
      process: true,
      needsPython: true,
      async make(arena) {
        assert.equal((await rude(arena, { do: 'answer_ahead' })).text, '"mine"')
        assert.equal((await rude(arena, { do: 'nothing' })).text, '[202, 200, 400]')
        assert.equal((await rude(arena, { do: 'nothing' })).text, '"fine"')
      },
    },
    ...floods.map(([what, kind]) =>
      told({
        name: `sends ${what} without end, and never reads an answer`,
        event: { do: 'flood_without_reading', what: kind, bytes: 100_000_000 },
        // It could send no more than sockets and one buffer hold.
        answer: /^\d{5,8}$/,
        grownBytesMax: 100 << 20,
      }),
    ),
    told({
      name: 'answers with 300 megabytes',
      event: { do: 'large_body', megabytes: 300 },
      answer: /Function\.ResponseSizeTooLarge/,
      grownBytesMax: 200 << 20,
    }),
    told({
      name: 'streams an answer of 300 megabytes',
      event: { do: 'large_stream', megabytes: 300 },
      answer: /Function\.ResponseSizeTooLarge/,
      grownBytesMax: 200 << 20,
    }),
    told({
      name: 'breaks off in the middle of its answer',
      event: { do: 'break_off' },
      answer: /Runtime\.TruncatedResponse/,
    }),
    {
      name: 'answers byte by byte, until its time is up',
      process: true,
      needsPython: true,
      async make(arena) {
        const deployment = { FunctionName: 'drip', Runtime: 'provided.al2023', Timeout: 1 } as const
        await arena.deploy({ ...deployment, files: { bootstrap } })
        const invoked = await arena.invoke('drip', { do: 'drip' })
        assert.match(invoked.text, /Task timed out after 1\.00 seconds/)
      },
    },
    {
      name: 'listens on the port of its Runtime API',
      needsPython: true,
      async make(arena) {
        const { text } = await rude(arena, { do: 'listen' })
        for (const result of JSON.parse(text)) assert.equal(result, 'Address already in use')
      },
    },
    {
      name: 'talks nonsense on the socket it inherited',
      process: true,
      async make(arena) {
        const node = `
          const { readdirSync, readlinkSync, writeSync } = require('node:fs')
          const linkOf = (fd) => { try { return readlinkSync('/proc/self/fd/' + fd) } catch { return '' } }
          // The first is the Runtime API's, inherited or, where none can be, its own.
          const socket = readdirSync('/proc/self/fd').map(Number).find((fd) => fd > 2 && linkOf(fd).startsWith('socket:'))
          for (let count = 0; count < 100; count += 1) {
            try { writeSync(socket, Buffer.alloc(10_000, 'POST \\0 nonsense\\r\\n')) } catch {}
          }
          return 'said'`
        // The connection is ended, and the environment with it; how the invocation ends is its own affair.
        await arena.invoke('attacker', { node })
        assert.equal((await arena.run({ sh: 'echo again' })).stdout, 'again\n')
      },
    },
  ],
}
