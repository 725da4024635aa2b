/** What the Sandbox port promises, held against every back end. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { describe, it } from 'node:test'
import { sleep, systemClock } from '../kernel/clock.ts'
import { SandboxStartError } from './sandbox.ts'
import {
  backends,
  connection,
  cpuTicks,
  fakeRuntimes,
  groupDirectories,
  node,
  processesInGroup,
  readBytes,
  TestBackend,
  threadsOf,
  whyNoOci,
} from './test-support.ts'

/** In the names of the control groups of this very process: other test files run at the same time. */
const ours = `-${process.pid}-`

const shell = ['/bin/sh', '-s']

for (const [name, backend] of Object.entries(backends)) {
  const skip = backend.kind === 'oci' && whyNoOci(backend.runtime)
  const gvisor = name === 'runsc'
  const alike =
    (backend.kind === 'process' && 'has no shares') ||
    (availableParallelism() > 8 && 'too many processors to make them short')
  describe(`a sandbox of ${name}`, { skip, timeout: 120_000 }, () => {
    it('has one connected socket, as descriptor 3 where it can be', async () => {
      await using test = await TestBackend.open(backend)
      const tell = await test.start(['/bin/sh', '-c', 'echo "$_LAMBDAD_RUNTIME_API_FD"'])
      assert.equal(tell.runtimeApi, gvisor ? 'tcp' : 'inherited')
      assert.equal(await text(tell.stdout), gvisor ? '\n' : '3\n')
      const sandbox = await test.start(['/bin/sh', '/var/task/polite.sh'])
      const socket = await connection(sandbox)
      socket.write('good morning')
      assert.equal(await readBytes(socket, 12), 'good morning')
      socket.end()
      assert.deepEqual(await sandbox.exited, { code: 0, signal: undefined, outOfMemory: false })
    })

    it('reaches a tcp Runtime API at AWS_LAMBDA_RUNTIME_API, over several connections', async () => {
      await using test = await TestBackend.open(backend)
      const script =
        'for (const word of ["one", "two"])' +
        '  console.log(await (await fetch(`http://${process.env.AWS_LAMBDA_RUNTIME_API}/`,' +
        '    { method: "POST", body: word, headers: { connection: "close" } })).text())'
      const sandbox = await test.start([node, '--input-type=module', '-e', script], {
        runtimeApi: 'tcp',
        env: { AWS_LAMBDA_RUNTIME_API: '127.0.0.1:9001' },
      })
      const bodies: string[] = []
      sandbox.onConnection((socket) => {
        let request = ''
        socket.on('data', (chunk) => {
          request += String(chunk)
          const body = /\r\n\r\n(one|two)$/.exec(request)?.[1]
          if (body === undefined) return
          bodies.push(body)
          socket.end(`HTTP/1.1 200 OK\r\ncontent-length: 7\r\nconnection: close\r\n\r\necho${body}`)
        })
      })
      assert.equal((await sandbox.exited).code, 0)
      assert.equal(await text(sandbox.stdout), 'echoone\nechotwo\n')
      assert.deepEqual(bodies, ['one', 'two'])
    })

    it('tells exit codes from signals, and keeps the output for whoever reads it later', async () => {
      await using test = await TestBackend.open(backend)
      const crash = async (code: number, tries: number): Promise<void> => {
        const sandbox = await test.start(['/bin/sh', '/var/task/crashing.sh', String(code)])
        const exit = await sandbox.exited
        await sandbox.destroy('it has ended')
        const said = await Promise.all([text(sandbox.stdout), text(sandbox.stderr)])
        // Older versions of gVisor crash themselves in the middle now and then, with the code of a panic in Go.
        if (gvisor && exit.code === 2 && said[1] === '' && tries > 1) return crash(code, tries - 1)
        assert.deepEqual(exit, { code, signal: undefined, outOfMemory: false })
        assert.deepEqual(said, ['last words\n', 'last error\n'])
      }
      for (const code of [0, 1, 128, 129, 255]) await crash(code, 3)
      // Process 1 of a pid namespace of Linux ignores SIGABRT; the C library then takes the hard way out.
      const { exit } = await test.run([node, '-e', 'process.abort()'])
      const signal = backend.kind === 'oci' && !gvisor ? 'SIGSEGV' : 'SIGABRT'
      assert.deepEqual(exit, { code: undefined, signal, outOfMemory: false })
    })

    it('loses nothing of a chatty process that nobody has listened to', async () => {
      await using test = await TestBackend.open(backend)
      const { exit, stdout } = await test.run(['/bin/sh', '/var/task/chatty.sh', '50000'])
      assert.equal(exit.code, 0)
      assert.equal(stdout.length, 50_000 * 100)
    })

    it('has the environment it was given, and its working directory', async () => {
      await using test = await TestBackend.open(backend)
      const env = { HOME: '/tmp', A: 'b=c "d"', Z_EMPTY: '', LINES: 'two\nlines', UMLAUT: 'ü' }
      const script = 'console.log(JSON.stringify([process.env, process.cwd()]))'
      const spec = { env, workingDirectory: '/usr', runtimeApi: 'tcp' } as const
      const { stdout } = await test.run([node, '-e', script], spec)
      const [seen, workingDirectory] = JSON.parse(stdout)
      // Where the port cannot be the one that everybody knows.
      if (backend.kind === 'process') delete seen.AWS_LAMBDA_RUNTIME_API
      assert.deepEqual([seen, workingDirectory], [env, '/usr'])
    })

    it('ends with SIGKILL when it is destroyed, for the first reason, however often', async () => {
      await using test = await TestBackend.open(backend)
      const sandbox = await test.start(['/bin/sh', '/var/task/silent.sh'])
      assert.equal(sandbox.endReason, undefined)
      await Promise.all([sandbox.destroy('first'), sandbox.destroy('second')])
      await sandbox.destroy('third')
      assert.equal(sandbox.endReason, 'first')
      assert.equal((await sandbox.exited).signal, 'SIGKILL')
      assert.equal(await text(sandbox.stdout), '')
      await sandbox.freeze()
      await sandbox.thaw()
      sandbox.peakMemoryBytes()
      sandbox.cpuTimeMs()
      sandbox.favour(2)
      sandbox.letFinish(true)
    })

    it('can be destroyed at any moment of its start', async () => {
      await using test = await TestBackend.open(backend)
      for (let delayMs = 0; delayMs < 30; delayMs += 3) {
        const sandbox = await test.start([node, '-e', 'setInterval(() => {}, 1000)'])
        if (delayMs > 0) await sleep(systemClock, delayMs)
        await sandbox.destroy('too slow')
        await sandbox.exited
      }
      assert.deepEqual(leftBehind(test, []), [])
    })

    it('does not run while frozen, and can be destroyed then', async () => {
      await using test = await TestBackend.open(backend)
      const sandbox = await test.start([node, '-e', 'console.log(process.pid); for (;;);'])
      await new Promise((resolve) => sandbox.stdout.once('data', resolve))
      await sandbox.freeze()
      await sandbox.freeze()
      const pids = backend.kind === 'oci' ? processesInGroup(sandbox.id) : busyProcesses()
      const before = pids.map(cpuTicks)
      await sleep(systemClock, 100)
      assert.ok(pids.length > 0)
      assert.deepEqual(pids.map(cpuTicks), before)
      await sandbox.thaw()
      while (pids.map(cpuTicks).every((ticks, index) => ticks === before[index]))
        await sleep(systemClock, 5)
      await sandbox.freeze()
      await sandbox.destroy('frozen')
      assert.equal((await sandbox.exited).signal, 'SIGKILL')
    })

    it('gives back memory when it is asked to, frozen or not, and goes on', async () => {
      await using test = await TestBackend.open(backend)
      const sandbox = await test.start(['/bin/sh', '/var/task/polite.sh'])
      const socket = await connection(sandbox)
      for (const word of ['one', 'two']) {
        socket.write(word)
        assert.equal(await readBytes(socket, 3), word)
        await sandbox.reclaim()
        await sandbox.freeze()
        await sandbox.reclaim()
        await sandbox.thaw()
      }
      socket.end()
      assert.equal((await sandbox.exited).code, 0)
      await sandbox.reclaim()
      await sandbox.destroy('seen')
      await sandbox.reclaim()
    })

    it('gets no other function when it was started for one', async () => {
      await using test = await TestBackend.open(backend)
      const sandbox = await test.start(['/bin/sh', '/var/task/polite.sh'])
      await assert.rejects(sandbox.assign([]), /one function for life/)
      assert.equal(sandbox.endReason, undefined)
      const socket = await connection(sandbox)
      socket.end('still here')
      assert.equal(await readBytes(socket, 10), 'still here')
    })

    const waiting = { slots: ['/var/task'], input: true }
    const waits = backend.kind === 'oci' && !gvisor

    it('waits for its function, and gets one', { skip: !waits && 'cannot wait' }, async () => {
      await using test = await TestBackend.open(backend)
      assert.equal(test.backend.canWait, true)
      const spec = { mounts: [], env: {}, waiting }
      const [unused, used] = [await test.start(shell, spec), await test.start(shell, spec)]
      const mounts = [{ source: fakeRuntimes, target: '/var/task' }]
      await used.assign(mounts, 'exec /bin/sh /var/task/crashing.sh 7\n')
      assert.equal((await used.exited).code, 7)
      assert.equal(await text(used.stdout), 'last words\n')
      await assert.rejects(used.assign(mounts, 'exit 8\n'), /one function for life/)
      await unused.destroy('never used')
      assert.equal((await unused.exited).signal, 'SIGKILL')
      await assert.rejects(unused.assign(mounts, 'exit 9\n'), /never used/)
      await used.destroy('seen')
      assert.deepEqual(leftBehind(test, []), [])
    })

    it('waits for nothing where it cannot', { skip: waits && 'can wait' }, async () => {
      await using test = await TestBackend.open(backend)
      assert.equal(test.backend.canWait, false)
      await assert.rejects(test.start(shell, { waiting }), /cannot wait/)
      assert.deepEqual(leftBehind(test, []), [])
    })

    it('tells its peak memory', async () => {
      await using test = await TestBackend.open(backend)
      const script = 'Buffer.alloc(64 << 20, 1); console.log("ready"); setInterval(() => {}, 1000)'
      const sandbox = await test.start([node, '-e', script])
      await new Promise((resolve) => sandbox.stdout.once('data', resolve))
      assert.ok(sandbox.peakMemoryBytes() > 64 << 20, `${sandbox.peakMemoryBytes()}`)
      await sandbox.destroy('measured')
      assert.ok(sandbox.peakMemoryBytes() > 64 << 20)
    })

    it('gets more of the processors than others when it is favoured', { skip: alike }, async () => {
      await using test = await TestBackend.open(backend)
      const { first, averageMs } = await manyThatCompute(test)
      first.sandbox.favour(8)
      // It has seven times what the others have on average, less what the kernel spreads badly. Without it, never.
      while (averageMs() < 50 || first.usedMs() < 2.5 * averageMs()) await sleep(systemClock, 20)
    })

    it('gets what others leave when it has no share', { skip: alike }, async (t) => {
      await using test = await TestBackend.open(backend)
      const { first, averageMs } = await manyThatCompute(test)
      if (!groupDirectories(first.sandbox.id).some((path) => existsSync(join(path, 'cpu.idle'))))
        return t.skip('before Linux 5.15')
      /** Of what the others have on average, in a moment that is long enough for each of them. */
      const part = async (): Promise<number> => {
        const before = { itsMs: first.usedMs(), averageMs: averageMs() }
        while (averageMs() - before.averageMs < 50) await sleep(systemClock, 20)
        return (first.usedMs() - before.itsMs) / (averageMs() - before.averageMs)
      }
      first.sandbox.favour(0)
      while ((await part()) > 0.3);
      first.sandbox.favour(1)
      while ((await part()) < 0.6);
    })

    const unheard = backend.kind === 'process' && 'leaves that to the host'
    it(
      'lets others finish when it is told, with all of its threads',
      { skip: unheard },
      async () => {
        await using test = await TestBackend.open(backend)
        const script =
          'os.setPriority(5); new worker_threads.Worker("setInterval(() => {}, 1000)", { eval: true })' +
          '.on("online", () => console.log("ready"))'
        const sandbox = await test.start([node, '-e', script])
        await once(sandbox.stdout, 'data')
        const policies = () => [...new Set(threadsOf(sandbox.id).map(({ policy }) => policy))]
        const niceness = () => new Set(threadsOf(sandbox.id).map(({ nice }) => nice))
        const asIs = niceness()
        assert.ok(gvisor || asIs.has(5))
        for (const lets of [false, true, true, false]) {
          sandbox.letFinish(lets)
          assert.deepEqual(policies(), [lets ? 'SCHED_BATCH' : 'SCHED_OTHER'])
          assert.deepEqual(niceness(), asIs)
        }
      },
    )

    it('leaves nothing behind, one or many at once', async () => {
      await using test = await TestBackend.open(backend)
      const before = processesInGroup(ours)
      const all = Array.from({ length: 8 }, async (_, index) => {
        const runtimeApi = index % 2 === 0 ? 'inherited' : 'tcp'
        const sandbox = await test.start(['/bin/sh', '/var/task/silent.sh'], { runtimeApi })
        await sandbox.destroy('enough')
      })
      await Promise.all(all)
      assert.deepEqual(leftBehind(test, before), [])
    })

    it('is destroyed with its back end, which then starts no more', async () => {
      const test = await TestBackend.open(backend)
      const sandbox = await test.start(['/bin/sh', '/var/task/silent.sh'])
      const refused = assert.rejects(
        test.start(['/bin/sh', '/var/task/silent.sh']),
        SandboxStartError,
      )
      await test.backend[Symbol.asyncDispose]()
      await refused
      assert.equal(sandbox.endReason, 'the server is shutting down')
      assert.deepEqual(readdirSync(test.runDirectory), [])
      await assert.rejects(test.start(['/bin/true']), SandboxStartError)
      await test[Symbol.asyncDispose]()
    })
  })
}

function leftBehind(test: TestBackend, before: readonly number[]): string[] {
  const left = processesInGroup(ours)
    .filter((pid) => !before.includes(pid))
    .map(String)
  for (const home of readdirSync(test.runDirectory)) {
    for (const part of ['sandboxes', 'runtime', 'slots']) {
      const directory = join(test.runDirectory, home, part)
      if (existsSync(directory)) left.push(...readdirSync(directory))
    }
    left.push(...groupDirectories('test-').filter((path) => path.includes(ours)))
  }
  return left
}

/** Processes of the sandbox under test: those that run the endless loop. */
function busyProcesses(): number[] {
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .map(Number)
    .filter((pid) => commandLine(pid).endsWith('for (;;);\0'))
}

function commandLine(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
  } catch {
    return ''
  }
}

/** Four to a processor that take all they get, and what they have had since. */
async function manyThatCompute(test: TestBackend) {
  const busy = ['/bin/sh', '-c', 'echo ready; while :; do :; done']
  const count = 4 * availableParallelism()
  const all = await Promise.all(Array.from({ length: count }, () => test.start(busy)))
  await Promise.all(all.map(({ stdout }) => once(stdout, 'data')))
  const [first, ...others] = all.map((sandbox) => {
    const startMs = sandbox.cpuTimeMs()
    return { sandbox, usedMs: () => sandbox.cpuTimeMs() - startMs }
  })
  const averageMs = (): number =>
    others.reduce((sum, other) => sum + other.usedMs(), 0) / others.length
  return { first: first!, averageMs }
}
