/**
 * Where attempts to break out are made: a real server on one level of isolation, a function that attacks and a
 * function that is its neighbour. What is checked after every group: that the server and the neighbour are as before,
 * and at the end that nothing is left.
 * What it is not: a judge of one attempt; see attempt.ts. Called by: the tests beside it.
 */
import { execFile, execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import assert from 'node:assert/strict'
import { processesInGroup, whyNoOci } from '../../src/sandbox/test-support.ts'
import type { Clients, Deployment, Invoked } from '../kit/deploy.ts'
import { clientsOf, deploy, invoke } from '../kit/deploy.ts'
import { belongingsOf, untilNothingIsLeft } from '../kit/leftovers.ts'
import type { TestServer } from '../kit/server.ts'
import { noSandboxes, startTestServer } from '../kit/server.ts'

export interface Level {
  readonly name: 'crun' | 'runc' | 'runsc' | 'process'
  /** How a server is told to isolate so. */
  readonly args: readonly string[]
  /** Why it cannot be tried here, or false. */
  readonly skip: string | false
}

/** Another back end is tried by a line here. */
export const levels: readonly Level[] = [
  { name: 'crun', args: ['--oci-runtime=crun'], skip: noSandboxes ?? whyNoOci('crun') },
  { name: 'runc', args: ['--oci-runtime=runc'], skip: noSandboxes ?? whyNoOci('runc') },
  { name: 'runsc', args: ['--oci-runtime=runsc'], skip: noSandboxes ?? whyNoOci('runsc') },
  { name: 'process', args: ['--isolation=process'], skip: noSandboxes ?? false },
]

/** Code, in one of three languages. Node's is the body of an async function of `require` and `args`. */
export type Snippet = { readonly args?: readonly string[] } & (
  | { readonly sh: string }
  | { readonly python: string }
  | { readonly node: string }
)

export interface Ran {
  readonly code: number | null
  readonly signal: string | null
  readonly stdout: string
  readonly stderr: string
}

export interface Inside {
  readonly pid: number
  /** Of the host. */
  readonly user: number
  /** Text of /proc/pid/status. */
  readonly status: string
  /** As the host's scheduler has it. */
  readonly nice: number
  /** Lines of /proc/pid/cgroup. */
  readonly groups: readonly string[]
  readonly sandbox: string
}

const executor = readFileSync(new URL('inside/executor.js', import.meta.url), 'utf8')

/** In the environments of the server and of the neighbour; nobody else is to see them. */
export const serverSecret = 'secret-of-the-server-5d1c'
export const neighbourSecret = 'secret-of-the-neighbour-9e07'

export class Arena {
  readonly level: Level
  readonly server: TestServer
  readonly clients: Clients

  private constructor(level: Level, server: TestServer) {
    this.level = level
    this.server = server
    this.clients = clientsOf(server.url)
  }

  /** Whether functions talk to a kernel of their own, and the host's sees what that one makes of it. */
  get inGvisor(): boolean {
    return this.level.name === 'runsc'
  }

  static async open(level: Level): Promise<Arena> {
    const env = { LAMBDAD_TEST_SECRET: serverSecret }
    const arena = new Arena(level, await startTestServer({ args: level.args, env }))
    await Promise.all([
      arena.deploy({ FunctionName: 'attacker', MemorySize: 512, Timeout: 60 }),
      arena.deploy({
        FunctionName: 'neighbour',
        MemorySize: 256,
        Timeout: 60,
        Environment: { Variables: { NEIGHBOUR_SECRET: neighbourSecret } },
      }),
    ])
    // Both exist, side by side, when the first attempt is made.
    await arena.answers()
    await arena.run({ sh: 'true' })
    return arena
  }

  /** A function that runs what it is told, unless it brings files of its own. */
  async deploy(deployment: Omit<Deployment, 'files'> & Partial<Deployment>): Promise<void> {
    await deploy(this.clients.lambda, { files: { 'index.js': executor }, ...deployment })
  }

  invoke(name: string, event: unknown = {}): Promise<Invoked> {
    return invoke(this.server.url, name, event)
  }

  /** Runs something inside, to its end. @throws when the function does not answer */
  async run(snippet: Snippet, name = 'attacker'): Promise<Ran> {
    const invoked = await this.invoke(name, snippet)
    assert.equal(invoked.error, null, `${invoked.text}\n${invoked.log.join('\n')}`)
    return JSON.parse(invoked.text)
  }

  /** Asserts that the server and the neighbour answer as if nothing had happened. */
  async answers(): Promise<void> {
    const health = await fetch(`${this.server.url}/_lambdad/health`)
    assert.equal(health.status, 200)
    const shown = await this.run({ sh: 'echo $NEIGHBOUR_SECRET' }, 'neighbour')
    assert.deepEqual(shown, { code: 0, signal: null, stdout: `${neighbourSecret}\n`, stderr: '' })
  }

  /** Peak of the server's own memory so far, bytes. */
  async peakMemoryBytes(): Promise<number> {
    const status = await readFile(`/proc/${this.server.pid}/status`, 'utf8')
    return Number(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1]) * 1024
  }

  /** What runs inside of its sandboxes now, seen from the host, without the OCI runtime's own processes. */
  async processesInside(): Promise<Inside[]> {
    const read = (pid: number, name: string) =>
      // It may be gone by now.
      readFile(`/proc/${pid}/${name}`, 'utf8').catch(() => '')
    const found = processesInGroup(`-${this.server.pid}-`).map(async (pid) => {
      const status = await read(pid, 'status')
      const user = Number(/^Uid:\s+(\d+)/m.exec(status)?.[1])
      const stat = await read(pid, 'stat')
      // The 17th word after the command, in parentheses.
      const nice = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[16])
      const groups = (await read(pid, 'cgroup')).trim().split('\n')
      const sandbox = groups.map((line) => /\/([0-9a-f]{20})$/.exec(line)?.[1]).find(Boolean)
      return { pid, user, status, nice, groups, sandbox: sandbox ?? '' }
    })
    return (await Promise.all(found)).filter(({ user, sandbox }) => user > 0 && sandbox !== '')
  }

  /** Whether what is counted for the maker of a user namespace is counted for root, all sandboxes together. */
  async userNamespacesAreRoots(): Promise<boolean> {
    const ask = `
import array, fcntl, sys
NS_GET_OWNER_UID, owner = 0xb704, array.array('I', [0])
fcntl.ioctl(open('/proc/' + sys.argv[1] + '/ns/user'), NS_GET_OWNER_UID, owner)
print(owner[0])`
    const [one] = await this.processesInside()
    const { stdout, stderr } = await runOnHost({ python: ask, args: [String(one?.pid)] })
    assert.match(stdout, /^\d+\n$/, stderr)
    return stdout === '0\n'
  }

  async openFiles(): Promise<number> {
    return (await readdir(`/proc/${this.server.pid}/fd`)).length
  }

  /** Stops the server and waits until nothing of it is left. */
  async close(): Promise<void> {
    const { server } = this
    for (const client of Object.values(this.clients)) client.destroy()
    const belongings = await belongingsOf(server.pid, server.dataDirectory)
    assert.equal(await server.stop('SIGTERM'), 0, server.output())
    await untilNothingIsLeft(belongings)
    await server[Symbol.asyncDispose]()
  }
}

/**
 * Runs shell or Python code on this machine, as root, but for mounts of its own: what is possible where nothing is
 * isolated.
 */
export function runOnHost(snippet: Snippet): Promise<Ran> {
  assert.ok(!('node' in snippet), 'only what another program runs can be run on both sides')
  const { args = [] } = snippet
  const command =
    'sh' in snippet
      ? ['/bin/sh', '-c', snippet.sh, 'sh', ...args]
      : ['/usr/bin/python3', '-c', snippet.python, ...args]
  const words = ['--mount', '--propagation=private', '--', ...command]
  return new Promise((resolve) => {
    execFile('unshare', words, { env: { PATH: process.env['PATH'] } }, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : null
      resolve({ code, signal: error?.signal ?? null, stdout, stderr })
    })
  })
}

/** Why attempts in Python cannot be made here, or false: sandboxes see the host's. */
export function whyNoPython(): string | false {
  try {
    execFileSync('/usr/bin/python3', ['-c', 'import ctypes'], { stdio: 'ignore' })
    return false
  } catch {
    return 'needs /usr/bin/python3 on this machine'
  }
}
