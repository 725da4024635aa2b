/**
 * `node bench.mjs [version ...]`: for each Python of this machine warm invocations a second and latency over a socket
 * pair, one event at a time, beside the Node.js bootstrap in the same harness; the time from spawn to the first
 * request for an event beside `python -c 0`; and from assignment to first response of a pooled process.
 */
import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { pythonRuntimes } from '../catalog.ts'
import { eventResponse, nodeBinary, runtimeFolder } from '../node/fake-runtime-api.mjs'
import { ask, candidates, pythonPlaces } from './interpreters.ts'
import { compilePackedRuntime, packPythonRuntime } from './pack.ts'

const WARM_UP = 5_000
const MEASURED = Number(process.env['BENCH_INVOCATIONS'] ?? 40_000)
const STARTS = Number(process.env['BENCH_STARTS'] ?? 30)

const event = Buffer.from(
  eventResponse({ id: '5a0ad9a1-6a8f-4b5e-9a3d-1f6f3bb0a1c2', body: '{"hello":"world"}' }),
)
const accepted = Buffer.from('HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n')
/** The least that a server must do: 202, and the next event, for each answer. */
const both = Buffer.concat([accepted, event])

function environment(runtime, taskRoot) {
  return {
    LANG: 'en_US.UTF-8',
    PATH: process.env['PATH'],
    TZ: ':UTC',
    _HANDLER: 'app.handler',
    LAMBDA_TASK_ROOT: taskRoot,
    LAMBDA_RUNTIME_DIR: '/var/runtime',
    AWS_LAMBDA_RUNTIME_API: '127.0.0.1:9001',
    AWS_EXECUTION_ENV: `AWS_Lambda_${runtime}`,
    AWS_LAMBDA_FUNCTION_NAME: 'f',
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '128',
    _LAMBDAD_PYTHON_PATH: '/opt/python/lib/python/site-packages:/opt/python:/nowhere',
    _LAMBDAD_RUNTIME_API_FD: '3',
  }
}

/** @param {[string, ...string[]]} command */
function start([program, ...words], env) {
  const stdio = ['ignore', 'inherit', 'inherit', 'pipe']
  return spawn(program, words, { env, cwd: env.LAMBDA_TASK_ROOT, stdio })
}

function measureWarm(command, env) {
  const child = start(command, env)
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
        const rate = MEASURED / ((now - began) / 1000)
        micros.sort()
        socket.destroy()
        resolve({ rate, p50: micros[MEASURED >> 1], p99: micros[Math.floor(MEASURED * 0.99)] })
        return
      }
      sent = performance.now()
      socket.write(count === 0 ? event : both)
    })
    socket.on('error', () => {})
  })
}

function firstNext(command, env) {
  return new Promise((resolve) => {
    const began = performance.now()
    const child = start(command, env)
    child.stdio[3].once('data', () => {
      const ms = performance.now() - began
      child.on('close', () => resolve(ms))
      child.kill('SIGKILL')
    })
    child.stdio[3].on('error', () => {})
  })
}

/** From the assignment, which a waiting process gets together with its first event, to the first response. */
function assigned(command, env) {
  return new Promise((resolve) => {
    const child = start(command, { ...env, _LAMBDAD_POOLED: '1' })
    const socket = child.stdio[3]
    const json = JSON.stringify({ env })
    let began = 0
    socket.on('data', (bytes) => {
      const text = bytes.toString()
      if (text.includes('/lambdad/assignment')) {
        began = performance.now()
        socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${json.length}\r\n\r\n${json}${event}`)
      } else if (text.includes('/response')) {
        const ms = performance.now() - began
        child.on('close', () => resolve(ms))
        child.kill('SIGKILL')
      }
    })
    socket.on('error', () => {})
  })
}

function bare(program, flags) {
  const began = performance.now()
  spawnSync(program, [...flags, '-c', '0'], { env: { LANG: 'en_US.UTF-8' } })
  return performance.now() - began
}

/** Microseconds that importing the bootstrap takes, everything it imports included, as Python tells. */
function importMicros(program, folder) {
  const code = `import sys; sys.path.insert(0, ${JSON.stringify(folder)}); import lambdad_runtime.main`
  const { stderr } = spawnSync(program, ['-S', '-X', 'importtime', '-c', code], {
    encoding: 'utf8',
  })
  return Number(/\|\s*(\d+) \| lambdad_runtime\.main$/m.exec(stderr)?.[1])
}

const low = (values) => values.toSorted((a, b) => a - b)[values.length >> 3]
const figures = ({ rate, p50, p99 }) =>
  `${Math.round(rate)}/s, p50 ${p50.toFixed(1)} us, p99 ${p99.toFixed(1)} us`

async function measurePython(python, folder, taskRoot) {
  const program = python.executable
  const command = [program, '-S', join(folder, 'bootstrap.py')]
  const env = environment(`python${python.version}`, taskRoot)
  await compilePackedRuntime(folder, python)
  const warm = await measureWarm(command, env)
  const times = { bare: [], 'bare -S': [], 'first next': [], assigned: [] }
  const imports = []
  for (let i = 0; i < STARTS; i++) {
    times.bare.push(bare(program, []))
    times['bare -S'].push(bare(program, ['-S']))
    times['first next'].push(await firstNext(command, env))
    times.assigned.push(await assigned(command, env))
    imports.push(importMicros(program, folder) / 1000)
  }
  const boot = Object.entries(times).map(([name, values]) => `${name} ${low(values).toFixed(1)}`)
  console.log(
    `python ${python.fullVersion} in ${python.prefix}: ${figures(warm)}; ms: ${boot.join(', ')}, import ${low(imports).toFixed(1)}`,
  )
}

const wanted = process.argv.slice(2)
const taskRoot = mkdtempSync(join(tmpdir(), 'lambdad-bench-'))
const folder = mkdtempSync(join(tmpdir(), 'lambdad-bench-runtime-'))
try {
  packPythonRuntime(folder)
  writeFileSync(
    join(taskRoot, 'app.py'),
    "def handler(event, context):\n    return {'ok': True, 'event': event}\n",
  )
  writeFileSync(
    join(taskRoot, 'app.js'),
    'exports.handler = async (event) => ({ ok: true, event })\n',
  )
  const node = [nodeBinary(24), join(runtimeFolder, 'bootstrap.cjs')]
  const beside = await measureWarm(node, environment('nodejs24.x', taskRoot))
  console.log(`node 24: ${figures(beside)}`)
  const places = pythonPlaces(process.env)
  for (const version of Object.values(pythonRuntimes)) {
    if (wanted.length > 0 && !wanted.includes(version)) continue
    for (const path of candidates(version, places)) {
      if (path.includes('/shims/')) continue
      const python = await ask(path, version).catch(() => undefined)
      if (python?.executable === path) await measurePython(python, folder, taskRoot)
    }
  }
} finally {
  rmSync(taskRoot, { recursive: true })
  rmSync(folder, { recursive: true })
}
