/** bin/lambdad as a user meets it: in a copy of the repository with a server that only says what it is. */
import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import * as fs from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, beforeEach, describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'

const repository = join(import.meta.dirname, '..')
const server = `
import { readlinkSync, existsSync } from 'node:fs'
const { pid, argv, env, execPath }: NodeJS.Process = process
const mounts = readlinkSync('/proc/self/ns/mnt')
const hybrid = existsSync('/sys/fs/cgroup/unified/cgroup.procs')
const said = { pid, arguments: argv.slice(2), cache: env['LAMBDAD_CACHE_DIR'], execPath, mounts, hybrid }
if (argv.includes('--wait')) {
  process.on('SIGTERM', () => process.exit(42))
  setInterval(() => undefined, 1000)
}
process.stdout.write(JSON.stringify(said))
`
interface Said {
  readonly pid: number
  readonly arguments: readonly string[]
  readonly cache: string
  readonly execPath: string
  readonly mounts: string
  readonly hybrid: boolean
}
interface Ended {
  readonly pid: number
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

let home: string
let root: string
let cache: string
before(() => {
  home = fs.mkdtempSync(join(tmpdir(), 'lambdad launcher '))
  fs.chmodSync(home, 0o755)
})
after(() => fs.rmSync(home, { recursive: true }))

beforeEach(() => {
  const place = fs.mkdtempSync(join(home, 'case-'))
  fs.chmodSync(place, 0o755)
  root = join(place, 'lambdad')
  cache = join(place, 'cache')
  for (const file of [
    ...['bin/lambdad', 'tools/setup.sh', 'tools/dependencies.mjs'],
    ...['tools/fetch-node.mjs', 'src/runtimes/node-package.mjs', 'src/runtimes/progress-bar.mjs'],
    'src/runtimes/node-packages.json',
  ]) {
    fs.cpSync(join(repository, file), join(root, file))
  }
  write('src/cli/main.ts', server)
  write('package.json', '{"name":"lambdad","type":"module"}')
  write('package-lock.json', '{"packages":{"":{}}}')
  write('node_modules/.lambdad-set-up', 'production\n')
  fs.utimesSync(join(root, 'package-lock.json'), 1, 1)
  fs.mkdirSync(join(cache, 'toolchain'), { recursive: true })
  chosen(process.execPath)
})

function write(path: string, text: string, mode = 0o644): void {
  fs.mkdirSync(join(root, path, '..'), { recursive: true })
  fs.writeFileSync(join(root, path), text, { mode })
}

/** As if this Node.js, a link to which is in the cache, had been chosen before. */
function chosen(node: string): void {
  fs.mkdirSync(join(cache, 'toolchain/node-26.10.0/bin'), { recursive: true })
  const link = join(cache, 'toolchain/node-26.10.0/bin/node')
  fs.rmSync(link, { force: true })
  fs.symlinkSync(node, link)
  fs.writeFileSync(join(cache, 'toolchain/chosen'), `${link}\n\n`)
}

/** A directory with these programs of the machine, and these scripts instead of others: a whole PATH. */
function programs(real: readonly string[], fake: Readonly<Record<string, string>> = {}): string {
  const directory = fs.mkdtempSync(join(root, 'path-'))
  fs.chmodSync(directory, 0o755)
  for (const name of real) {
    const path = execFileSync('sh', ['-c', `command -v ${name}`], { encoding: 'utf8' }).trim()
    fs.symlinkSync(path, join(directory, name))
  }
  for (const [name, text] of Object.entries(fake)) {
    fs.writeFileSync(join(directory, name), `#!/bin/sh\n${text}\n`, { mode: 0o755 })
  }
  return directory
}

interface RunOptions {
  readonly path?: string
  readonly uid?: number
  readonly command?: string
  /** Where the programs of the machine are that may be beside the path; by default nowhere. */
  readonly system?: string
  readonly onOutput?: (pid: number) => void
}

async function run(words: readonly string[], options: RunOptions = {}): Promise<Ended> {
  const { path = process.env['PATH'], uid, command = join(root, 'bin/lambdad') } = options
  // Whatever this machine has beside the path must not count.
  const { system = '/nowhere' } = options
  const child = spawn(command, words, {
    env: { PATH: path, LAMBDAD_CACHE_DIR: cache, HOME: home, LAMBDAD_SYSTEM_ROOT: system },
    ...(uid === undefined ? {} : { uid }),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
    options.onOutput?.(child.pid!)
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject).on('close', resolve)
  })
  return { pid: child.pid!, code, stdout, stderr }
}

function said({ stdout, stderr, code }: Ended): Said {
  assert.equal(code, 0, stderr)
  return JSON.parse(stdout) as Said
}

const isRoot = process.getuid?.() === 0
const mayMount = isRoot && spawnWorks('unshare', ['--mount', 'true'])
const needsMounts = { skip: mayMount ? false : 'needs root with CAP_SYS_ADMIN' }
const needsRoot = { skip: isRoot ? false : 'needs root, to become another user' }

function spawnWorks(command: string, words: readonly string[]): boolean {
  try {
    execFileSync(command, words, { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

describe('the launcher, when all is set up', () => {
  it('becomes the command, with its arguments, and starts no other program on the way', async () => {
    const ended = await run(['invoke', 'a b', '--isolation=x', ''], { path: programs([]) })
    const { pid, arguments: words, cache: place } = said(ended)
    assert.equal(pid, ended.pid)
    assert.deepEqual(words, ['invoke', 'a b', '--isolation=x', ''])
    assert.equal(place, cache)
    assert.equal(ended.stderr, '')
  })

  it('starts the server without isolation with no more than that', async () => {
    const path = programs([])
    for (const words of [['--isolation', 'process'], ['--isolation=process'], ['--help']]) {
      const ended = await run(['start', ...words], { path })
      const { pid, mounts } = said(ended)
      assert.equal(pid, ended.pid)
      assert.equal(mounts, fs.readlinkSync('/proc/self/ns/mnt'))
    }
  })

  it(
    'becomes the isolated server, in mounts of its own, without the hybrid hierarchy',
    needsMounts,
    async () => {
      const path = programs(['unshare', 'sh', 'umount', 'mount'], { crun: '', nft: '', mke2fs: '' })
      const ended = await run(['start', '--port', '0'], { path })
      const { pid, mounts, hybrid, arguments: words } = said(ended)
      assert.equal(pid, ended.pid)
      assert.deepEqual(words, ['start', '--port', '0'])
      assert.notEqual(mounts, fs.readlinkSync('/proc/self/ns/mnt'))
      assert.equal(hybrid, false)
      assert.equal(ended.stderr, '')
    },
  )

  it('hands signals to the server', async () => {
    const onOutput = (pid: number): void => void process.kill(pid, 'SIGTERM')
    const { code } = await run(['start', '--isolation', 'process', '--wait'], { onOutput })
    assert.equal(code, 42)
  })

  it('is found through the symbolic links of npm', async () => {
    fs.symlinkSync('lambdad/bin/lambdad', join(root, '../absolute'))
    fs.symlinkSync('./absolute', join(root, '../relative'))
    said(await run(['help'], { command: join(root, '../relative') }))
  })

  it('runs from an installed package, whose dependencies are not its own affair', async () => {
    const place = join(root, '../node_modules/lambdad')
    fs.mkdirSync(join(place, '..'))
    fs.renameSync(root, place)
    fs.rmSync(join(place, 'node_modules'), { recursive: true })
    root = place
    fs.rmSync(join(place, 'src/cli'), { recursive: true })
    write('dist/cli/main.js', server.replace(': NodeJS.Process', ''))
    said(await run(['help'], { command: join(place, 'bin/lambdad') }))
  })
})

describe('the launcher, choosing Node.js', () => {
  const version = process.versions.node

  it('takes one on PATH that is new enough, and remembers which', async () => {
    fs.rmSync(join(cache, 'toolchain'), { recursive: true })
    const calls = join(root, 'calls')
    const shim = `echo call >> '${calls}'; exec '${process.execPath}' "$@"`
    const path = programs(['mkdir', 'mv', 'stat'], { node: shim })
    for (let times = 0; times < 2; times += 1) {
      assert.equal(said(await run(['help'], { path })).execPath, process.execPath)
    }
    assert.equal(fs.readFileSync(calls, 'utf8'), 'call\n')
  })

  it('looks again when another program has taken its place', async () => {
    const node = join(root, 'node')
    fs.copyFileSync(process.execPath, node)
    fs.rmSync(join(cache, 'toolchain/chosen'))
    const path = programs(['mkdir', 'mv', 'stat'], { node: `exec '${node}' "$@"` })
    assert.equal(said(await run(['help'], { path })).execPath, node)
    fs.rmSync(node)
    fs.writeFileSync(node, '#!/bin/sh\nexit 1\n', { mode: 0o755 })
    const cached = join(cache, 'toolchain/node-26.10.0/bin/node')
    said(await run(['help'], { path }))
    assert.equal(fs.readFileSync(join(cache, 'toolchain/chosen'), 'utf8').split('\n')[0], cached)
  })

  it('says what to do when there is none, or an old one, to begin with', async () => {
    fs.rmSync(join(cache, 'toolchain'), { recursive: true })
    const none = await run(['help'], { path: programs(['uname', 'tar']) })
    assert.equal(none.code, 1)
    assert.match(
      none.stderr,
      /^lambdad: needs Node\.js 20 or newer with npm to begin with: install /,
    )
    const node = 'case $1 in -e) exit 1 ;; -p) echo ;; *) echo v18.20.4 ;; esac'
    const old = await run(['help'], { path: programs(['uname', 'tar'], { node }) })
    assert.equal(old.code, 1)
    assert.match(old.stderr, /is v18\.20\.4: install a newer one/)
  })

  it('passes on why it cannot be fetched', async () => {
    fs.rmSync(join(cache, 'toolchain'), { recursive: true })
    const node = `case $1 in -p) echo ;; *) exec '${process.execPath}' "$@" ;; esac`
    const npm = 'echo "npm error code EAI_AGAIN" >&2; exit 1'
    const path = programs(['uname', 'tar', 'mkdir'], { node, npm })
    const { code, stderr } = await run(['help'], { path })
    assert.equal(code, 1)
    assert.match(stderr, /getting it from npm/)
    assert.match(stderr, /cannot reach the npm registry for node-linux-\w+@26/)
  })

  it('fetches the version that the table pins', () => {
    const script = fs.readFileSync(join(repository, 'tools/setup.sh'), 'utf8')
    const table = fs.readFileSync(join(repository, 'src/runtimes/node-packages.json'), 'utf8')
    const pinned = (JSON.parse(table) as Record<string, { version: string }>)['26']!.version
    assert.ok(script.includes(`toolchain_version=${pinned}\n`))
    assert.ok(Number(version.split('.')[0]) >= 26)
  })
})

describe('the launcher, installing dependencies', () => {
  const lock = (packages: object): void => {
    write('package-lock.json', JSON.stringify({ packages: { '': {}, ...packages } }))
  }
  const a = { 'node_modules/a': { version: '1.0.0', integrity: 'sha512-a' } }
  const b = { 'node_modules/b': { version: '1.0.0', integrity: 'sha512-b', dev: true } }
  /** An npm client that "installs" whatever is pinned, slowly enough for two to meet. */
  const npm = `[ "$1" = install ] || exit 0; echo "$@" >> calls; sleep 0.2; mkdir -p node_modules; cp package-lock.json node_modules/.package-lock.json`
  const path = (): string => programs(['mkdir', 'flock', 'sleep', 'cp'], { npm })
  const calls = (): string[] => {
    const file = join(root, 'calls')
    return fs.existsSync(file) ? fs.readFileSync(file, 'utf8').trim().split('\n') : []
  }
  beforeEach(() => fs.rmSync(join(root, 'node_modules'), { recursive: true }))

  it('installs those of production, once, and again when the lock file has changed', async () => {
    lock({ ...a, ...b })
    for (let times = 0; times < 2; times += 1) said(await run(['help'], { path: path() }))
    assert.equal(calls().length, 1)
    assert.match(calls()[0]!, /^install --omit=dev --no-save/)
    await sleep(10)
    lock({ 'node_modules/a': { version: '1.0.1', integrity: 'sha512-a' } })
    said(await run(['help'], { path: path() }))
    assert.equal(calls().length, 2)
  })

  it('keeps what a developer has installed', async () => {
    lock({ ...a, ...b, 'node_modules/other-system': { version: '1.0.0', optional: true } })
    const packages = { ...a, ...b, 'node_modules/extra': { version: '1.0.0' } }
    write('node_modules/.package-lock.json', JSON.stringify({ packages }))
    said(await run(['help'], { path: path() }))
    assert.deepEqual(calls(), [])
  })

  it('installs once when two start at once', async () => {
    lock(a)
    await Promise.all([run(['help'], { path: path() }), run(['help'], { path: path() })])
    assert.equal(calls().length, 1)
  })

  it('says what failed, and starts nothing', async () => {
    lock(a)
    const offline = 'echo "npm error offline" >&2; exit 1'
    const unreached = await run(['help'], { path: programs(['mkdir', 'flock'], { npm: offline }) })
    assert.deepEqual([unreached.code, unreached.stdout], [1, ''])
    assert.match(unreached.stderr, /npm error offline\nlambdad: cannot reach the npm registry/)
    const failing = '[ "$1" = view ] || { echo "npm error network" >&2; exit 1; }'
    const failed = await run(['help'], { path: programs(['mkdir', 'flock'], { npm: failing }) })
    assert.deepEqual([failed.code, failed.stdout], [1, ''])
    assert.match(failed.stderr, /npm error network\nlambdad: npm install failed in /)
    const wrong = await run(['help'], { path: programs(['mkdir', 'flock'], { npm: '' }) })
    assert.equal(wrong.code, 1)
    assert.match(wrong.stderr, /node_modules is not what package-lock\.json pins: remove /)
    const missing = await run(['help'], { path: programs([]) })
    assert.match(missing.stderr, /needs npm to install its dependencies/)
  })
})

describe('the launcher, on a machine that lacks something', () => {
  const real = ['unshare', 'sh', 'umount', 'mount', 'env']

  it('installs what isolation needs, and says why', needsMounts, async () => {
    const apt = `echo "$@" >> '${root}/apt'; case $* in *install*) touch "$(dirname "$0")/crun" ;; esac`
    const path = programs([...real, 'touch', 'dirname'], { 'apt-get': apt })
    const ended = await run(['start'], { path })
    said(ended)
    assert.match(
      ended.stderr,
      /installing the Debian packages crun nftables e2fsprogs: crun runs each function/,
    )
    assert.match(
      fs.readFileSync(join(root, 'apt'), 'utf8'),
      /^-qq -y .*install crun nftables e2fsprogs\n$/,
    )
  })

  it('needs no firewall where functions do not get out', needsMounts, async () => {
    for (const words of [['--network', 'none'], ['--network=host-only']]) {
      said(await run(['start', ...words], { path: programs(real, { crun: '', mke2fs: '' }) }))
    }
  })

  it('starts without mke2fs, which it asks for once', needsMounts, async () => {
    const apt = `echo "$@" >> '${root}/apt'; exit 100`
    const path = programs(real, { crun: '', nft: '', 'apt-get': apt })
    const first = await run(['start'], { path })
    said(first)
    assert.match(first.stderr, /installing the Debian packages e2fsprogs: mke2fs makes .*\/tmp/)
    assert.match(first.stderr, /apt-get install e2fsprogs failed/)
    const calls = fs.readFileSync(join(root, 'apt'), 'utf8')
    assert.match(calls, /^-qq -y .*install e2fsprogs\n-qq update\n$/)
    const second = await run(['start'], { path })
    said(second)
    assert.equal(second.stderr, '')
    assert.equal(fs.readFileSync(join(root, 'apt'), 'utf8'), calls)
  })

  it('finds what is not on the path', needsMounts, async () => {
    const system = join(root, 'system')
    write('system/usr/sbin/nft', '', 0o755)
    write('system/sbin/mke2fs', '', 0o755)
    const path = programs(real, { crun: '' })
    const ended = await run(['start'], { path, system })
    said(ended)
    assert.equal(ended.stderr, '')
  })

  it('asks for the runtime that was chosen', needsMounts, async () => {
    const path = programs(real, { nft: '', mke2fs: '', 'apt-get': 'echo "E: $*"; exit 1' })
    for (const words of [['--oci-runtime', 'runc'], ['--oci-runtime=runc']]) {
      const { code, stderr } = await run(['start', ...words], { path })
      assert.equal(code, 1)
      assert.match(
        stderr,
        /E: .*update\n.*apt-get install runc failed.*\n.*--isolation process\n$/s,
      )
    }
    const unknown = await run(['start', '--oci-runtime', 'rnc'], { path })
    assert.match(unknown.stderr, /cannot find the OCI runtime rnc: /)
  })

  it('says what to install where there is no apt-get', needsMounts, async () => {
    const { code, stderr } = await run(['start'], { path: programs(real) })
    assert.equal(code, 1)
    assert.match(
      stderr,
      /your distribution's package manager what Debian calls: crun nftables e2fsprogs/,
    )
    assert.match(stderr, /lambdad start --isolation process\n$/)
  })

  it(
    'refuses a user who cannot become root, with the way that needs no root',
    needsRoot,
    async () => {
      chosen('/bin/sh') // Which anyone may run; it does not come to that.
      const ended = await run(['start'], { path: programs(real), uid: 65534 })
      assert.equal(ended.code, 1)
      assert.match(ended.stderr, /needs root, and there is no sudo.*--isolation process\n$/)
    },
  )

  it('goes on through sudo, with the environment that matters', needsRoot, async () => {
    chosen('/bin/sh')
    const sudo = 'echo "$@"'
    const path = programs([...real, 'sed'], { crun: '', nft: '', mke2fs: '', sudo })
    const ended = await run(['start', '--port', '1'], { path, uid: 65534 })
    assert.equal(ended.code, 0, ended.stderr)
    assert.match(ended.stderr, /isolating functions needs root: going on through sudo/)
    assert.match(ended.stdout, /^env (\w+=.* )?unshare --mount --propagation slave sh -c /)
    for (const word of [`LAMBDAD_CACHE_DIR=${cache}`, `HOME=${home}`, `PATH=${path}`]) {
      assert.ok(ended.stdout.includes(word), word)
    }
    assert.match(ended.stdout, /src\/cli\/main\.ts start --port 1\n$/)
  })

  it('refuses root who may not mount', needsMounts, async () => {
    const path = programs(real, { crun: '', nft: '' })
    const words = ['--bounding-set', '-sys_admin', join(root, 'bin/lambdad'), 'start']
    const { code, stderr } = await run(words, { path, command: '/usr/bin/setpriv' })
    assert.equal(code, 1)
    assert.match(stderr, /may not mount in this container.*--privileged.*--isolation process\n$/)
  })
})
