/**
 * `node bench.mjs [major ...]`: warm invocations a second and latency over a socket pair, one
 * event at a time, and the time from spawn to the first request for an event beside `node -e 0`.
 */
import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { eventResponse, nodeBinary, runtimeFolder } from './fake-runtime-api.mjs'

const WARM_UP = 20_000
const MEASURED = Number(process.env.BENCH_INVOCATIONS ?? 60_000)
const STARTS = Number(process.env.BENCH_STARTS ?? 21)

function environment(major, taskRoot) {
  return {
    _HANDLER: 'index.handler',
    LAMBDA_TASK_ROOT: taskRoot,
    AWS_LAMBDA_RUNTIME_API: '127.0.0.1:9001',
    AWS_EXECUTION_ENV: `AWS_Lambda_nodejs${major}.x`,
    AWS_LAMBDA_FUNCTION_NAME: 'f',
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '128',
    _LAMBDAD_RUNTIME_API_FD: '3',
  }
}

function start(major, taskRoot, entry, flags = []) {
  return spawn(nodeBinary(major), [...flags, join(runtimeFolder, entry)], {
    env: environment(major, taskRoot),
    cwd: process.env.BENCH_CWD,
    stdio: ['ignore', 'inherit', 'inherit', 'pipe'],
  })
}

/** The least that a server must do: 202, and the next event, for each answer. */
function measureWarm(major, taskRoot) {
  const event = Buffer.from(
    eventResponse({ id: '5a0ad9a1-6a8f-4b5e-9a3d-1f6f3bb0a1c2', body: '{"hello":"world"}' }),
  )
  const accepted = Buffer.from('HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n')
  const both = Buffer.concat([accepted, event])
  const profile = process.env.BENCH_PROFILE
    ? ['--cpu-prof', `--cpu-prof-dir=${process.env.BENCH_PROFILE}`]
    : []
  const child = start(major, taskRoot, 'bootstrap.cjs', profile)
  const socket = child.stdio[3]
  return new Promise((resolve) => {
    const micros = new Float64Array(MEASURED)
    let count = -1
    let sent = 0
    let began = 0
    socket.on('data', () => {
      const now = performance.now()
      if (count >= WARM_UP) micros[count - WARM_UP] = (now - sent) * 1000
      count++
      if (count === WARM_UP) began = now
      if (count === WARM_UP + MEASURED) {
        const seconds = (now - began) / 1000
        micros.sort()
        // The runtime then ends by itself, which is when a profile is written.
        socket.destroy()
        resolve({
          rate: MEASURED / seconds,
          p50: micros[MEASURED >> 1],
          p99: micros[Math.floor(MEASURED * 0.99)],
        })
        return
      }
      sent = performance.now()
      socket.write(count === 0 ? event : both)
    })
    socket.on('error', () => {})
  })
}

function firstNext(major, taskRoot, entry) {
  return new Promise((resolve) => {
    const began = performance.now()
    const child = start(major, taskRoot, entry)
    child.stdio[3].once('data', () => {
      const ms = performance.now() - began
      child.on('close', () => resolve(ms))
      child.kill('SIGKILL')
    })
    child.stdio[3].on('error', () => {})
  })
}

function bare(major) {
  const began = performance.now()
  spawnSync(nodeBinary(major), ['-e', '0'])
  return performance.now() - began
}

const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1]
const lowest = (values) => values.toSorted((a, b) => a - b)[values.length >> 3]

const majors = process.argv.length > 2 ? process.argv.slice(2).map(Number) : [20, 22, 24]
const taskRoot = mkdtempSync(join(tmpdir(), 'lambdad-bench-'))
try {
  writeFileSync(
    join(taskRoot, 'index.js'),
    'exports.handler = async (event) => ({ ok: true, event })\n',
  )
  for (const major of majors) {
    const warm = await measureWarm(major, taskRoot)
    const times = { bare: [], cjs: [], mjs: [] }
    for (let i = 0; i < STARTS; i++) {
      times.bare.push(bare(major))
      times.cjs.push(await firstNext(major, taskRoot, 'bootstrap.cjs'))
      times.mjs.push(await firstNext(major, taskRoot, 'index.mjs'))
    }
    const boot = Object.entries(times).map(
      ([k, v]) => `${k} ${median(v).toFixed(1)} (low ${lowest(v).toFixed(1)})`,
    )
    console.log(
      `node ${major}: ${Math.round(warm.rate)}/s, p50 ${warm.p50.toFixed(1)} us, p99 ${warm.p99.toFixed(1)} us; boot ms: ${boot.join(', ')}`,
    )
  }
} finally {
  rmSync(taskRoot, { recursive: true })
}
