/** What an isolated sandbox keeps its process from, tried from inside with a real OCI runtime. */
import assert from 'node:assert/strict'
import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { sleep, systemClock } from '../../kernel/clock.ts'
import { silentLog } from '../../kernel/log.ts'
import { hostUsers, processesMax } from '../limits.ts'
import { SandboxStartError } from '../sandbox.ts'
import {
  groupDirectories,
  node,
  processesInGroup,
  TestBackend,
  testSpec,
  whyNoOci,
} from '../test-support.ts'

const sh = (script: string) => ['/bin/sh', '-c', script]

describe('isolation by an OCI runtime', { skip: whyNoOci(), timeout: 120_000 }, () => {
  it('runs as user 993 without any privilege, as another user of the host each time', async () => {
    await using test = await TestBackend.open()
    const inside = await test.run(sh('id -u; id -g; grep -E "^(Cap|NoNewPrivs)" /proc/self/status'))
    const zero = '0'.repeat(16)
    assert.deepEqual(inside.stdout.trim().split(/\s+/), [
      ...['993', '990', 'CapInh:', zero, 'CapPrm:', zero, 'CapEff:', zero],
      ...['CapBnd:', zero, 'CapAmb:', zero, 'NoNewPrivs:', '1'],
    ])
    const silent = ['/bin/sh', '/var/task/silent.sh']
    const sandboxes = [await test.start(silent), await test.start(silent)]
    const users = new Set<string>()
    while (users.size < 2) {
      await sleep(systemClock, 5)
      for (const pid of processesInGroup(`-${process.pid}-`)) {
        const uid = Number(/^Uid:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1])
        if (uid >= hostUsers.first) users.add(String(Math.floor((uid - hostUsers.first) / 65_536)))
      }
    }
    for (const sandbox of sandboxes) await sandbox.destroy('seen')
  })

  it('can write to /tmp alone, as much as was said', async () => {
    await using test = await TestBackend.open()
    const places = ['/', '/etc', '/usr/bin', '/var/task', '/var/lang', '/dev', '/proc', '/var']
    const tries = places.map((place) => `touch ${place}/x 2>/dev/null && echo ${place}`).join('\n')
    const script =
      `${tries}\ntouch /tmp/x && echo /tmp\n` +
      'head -c 12M /dev/zero >/tmp/big && echo fits\n' +
      'head -c 12M /dev/zero >/tmp/more 2>/dev/null || echo full\n' +
      'stat -c "%a %s" /tmp /tmp/more'
    const { stdout } = await test.run(sh(script))
    const [, size] = /^\/tmp\nfits\nfull\n1777 \d+\n644 (\d+)\n$/.exec(stdout) ?? []
    // 16 MiB less the 12 that are there already, and at most a few blocks more.
    assert.ok(Number(size) >= 4 << 20 && Number(size) <= (4 << 20) + (300 << 10), stdout)
  })

  it('sees neither the host files nor its processes nor its network', async () => {
    await using test = await TestBackend.open()
    const { stdout } = await test.run(
      sh(
        'ls / /etc; echo --; ls /proc | grep -c "^[0-9]"; cat /proc/net/dev | tail -n +3; hostname',
      ),
    )
    const [files = '', rest = ''] = stdout.split('--\n')
    assert.doesNotMatch(files, /^(root|home|srv|boot|shadow|ssh|hostname)$/m)
    assert.doesNotMatch(files, /^sys$/m)
    const [processes, network, hostname] = rest.trim().split('\n')
    assert.ok(Number(processes) <= 4)
    assert.match(network ?? '', /^\s*lo:/)
    assert.match(hostname ?? '', /^[0-9a-f]{12}$/)
  })

  it('cannot touch what it shares with the host', async () => {
    await using test = await TestBackend.open()
    const before = statSync('/dev/null')
    const { stdout } = await test.run(
      sh('chmod 600 /dev/null 2>/dev/null || echo no; chown 993 /dev/zero 2>/dev/null || echo no'),
    )
    assert.equal(stdout, 'no\nno\n')
    const after = statSync('/dev/null')
    assert.deepEqual([after.uid, after.gid, after.mode], [before.uid, before.gid, before.mode])
  })

  it('has the limits of Lambda: 1024 files, 1024 processes, no core files', async () => {
    await using test = await TestBackend.open()
    const { stdout } = await test.run(sh('ulimit -n; ulimit -Hn; ulimit -c'))
    assert.equal(stdout, '1024\n1024\n0\n')
    const threads = await test.run(
      sh('i=0; while [ $i -lt 1100 ]; do sleep 100 & i=$((i+1)); done; echo all'),
      { memoryMb: 1024 },
    )
    assert.notEqual(threads.exit.code, 0)
    assert.doesNotMatch(threads.stdout, /all/)
    assert.match(threads.stderr, /[Cc]annot fork|Resource temporarily unavailable/)
  })

  it('is killed beyond its memory, and says so', async () => {
    await using test = await TestBackend.open()
    const hog = 'const kept = []; for (;;) kept.push(Buffer.alloc(1 << 20, 1))'
    const { exit, peakMemoryBytes } = await test.run([node, '-e', hog], { memoryMb: 128 })
    assert.deepEqual(exit, { code: undefined, signal: 'SIGKILL', outOfMemory: true })
    assert.equal(peakMemoryBytes, 128 << 20)
  })

  it('bounds a fork bomb, and removes it', async () => {
    await using test = await TestBackend.open()
    const sandbox = await test.start(['/bin/sh', '/var/task/fork-bomb.sh'], { memoryMb: 2048 })
    const group = groupDirectories(sandbox.id).find((path) => existsSync(join(path, 'pids.events')))
    assert.ok(group)
    // How often a fork was refused, by the kernel's count.
    while (readFileSync(join(group, 'pids.events'), 'utf8').startsWith('max 0'))
      await sleep(systemClock, 10)
    assert.ok(Number(readFileSync(join(group, 'pids.current'), 'utf8')) <= processesMax)
    await sandbox.destroy('enough')
    assert.deepEqual(processesInGroup(`/${sandbox.id}`), [])
  })

  it('gives CPU by memory: with a hard quota when strict', async () => {
    await using test = await TestBackend.open({ cpu: 'strict' })
    const sandbox = await test.start(['/bin/sh', '/var/task/busy.sh'], { memoryMb: 177 })
    const group = groupDirectories(sandbox.id).find((path) => existsSync(join(path, 'cpu.stat')))
    assert.ok(group)
    while (!/^nr_throttled [1-9]/m.test(readFileSync(join(group, 'cpu.stat'), 'utf8')))
      await sleep(systemClock, 10)
    await sandbox.destroy('seen')
  })

  it('reports a command that is not there, and leaves nothing', async () => {
    await using test = await TestBackend.open()
    const { exit } = await test.run(['/var/task/bootstrap'])
    assert.equal(exit.signal, undefined)
    assert.notEqual(exit.code, 0)
  })

  it('mounts what lies in directories that only root may enter', async () => {
    const secret = await mkdtemp(join(tmpdir(), 'lambdad-secret-'))
    mkdirSync(join(secret, 'code'))
    writeFileSync(join(secret, 'code/hello'), 'hello\n')
    await using test = await TestBackend.open()
    const mounts = [{ source: join(secret, 'code'), target: '/var/task' }]
    const { stdout } = await test.run(sh('cat /var/task/hello; ls /var'), { mounts })
    assert.equal(stdout, 'hello\ntask\n')
    await rm(secret, { recursive: true })
  })

  it('refuses a run directory that users inside cannot reach', async () => {
    const runDirectory = await mkdtemp(join(tmpdir(), 'lambdad-sandbox-'))
    chmodSync(runDirectory, 0o700)
    await assert.rejects(TestBackend.open({ runDirectory }), (error: Error) => {
      assert.ok(error instanceof SandboxStartError)
      assert.match(error.message, /chmod o\+x/)
      return true
    })
    assert.deepEqual(await readdir(runDirectory), [])
    await rm(runDirectory, { recursive: true })
  })

  it('says what failed when a mount source is missing', async () => {
    const warnings: object[] = []
    const log = { ...silentLog, warn: (fields: object) => void warnings.push(fields) }
    await using test = await TestBackend.open({ log })
    const mounts = [{ source: '/nowhere/at/all', target: '/var/task' }]
    const { exit } = await test.run(sh('true'), { mounts })
    assert.notEqual(exit.code, 0)
    assert.match(JSON.stringify(warnings), /nowhere/)
  })

  it('does not disturb another server that shares its run directory', async () => {
    await using first = await TestBackend.open()
    const sandbox = await first.start(['/bin/sh', '/var/task/polite.sh'])
    {
      const second = await TestBackend.open({ runDirectory: first.runDirectory })
      const other = await second.start(['/bin/sh', '/var/task/silent.sh'])
      await second.backend[Symbol.asyncDispose]()
      assert.equal((await other.exited).signal, 'SIGKILL')
    }
    assert.equal((await readdir(first.runDirectory)).length, 1)
    const answer = await new Promise((resolve) => {
      sandbox.onConnection((socket) => {
        socket.once('data', (data) => resolve(String(data)))
        socket.write('still here')
      })
    })
    assert.equal(answer, 'still here')
  })

  it('never starts a spec that is not sane', async () => {
    await using test = await TestBackend.open()
    for (const id of ['../x', '', '.', 'a/b', 'x'.repeat(64)]) {
      const spec = { ...testSpec(['/bin/true']), id: id as never }
      await assert.rejects(test.backend.start(spec), /file name/)
    }
    await assert.rejects(test.start(['true']), /absolute/)
    const mounts = [{ source: '/tmp', target: '/var/../etc' }]
    await assert.rejects(test.start(['/bin/true'], { mounts }), /mount target/)
  })
})
