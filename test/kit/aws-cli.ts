/** The AWS CLI as a client of a test server, v2 unless told. Not a shell: arguments go as they are. */
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { promisify } from 'node:util'
import { type Identity, defaultAccount, defaultRegion } from './deploy.ts'

const run = promisify(execFile)

/** An installed AWS CLI; v2 is a program of its own and not the next v1. */
export interface AwsCliProgram {
  readonly version: 1 | 2
  readonly path: string
  /** Why tests that need it cannot run here; undefined when they can. */
  readonly missing: string | undefined
}

/** @param path as tools/in-toolchain sets it; empty when there is none. */
function installed(version: 1 | 2, path = ''): AwsCliProgram {
  const missing = `there is no AWS CLI v${version}; npm test installs one where it can`
  return { version, path, missing: path === '' ? missing : undefined }
}

export const awsCli1 = installed(1, process.env['LAMBDAD_TEST_AWS_CLI_1'])
export const awsCli2 = installed(2, process.env['LAMBDAD_TEST_AWS_CLI'])
export const noAwsCli: string | undefined = awsCli2.missing

export interface Ran {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

export class AwsCli {
  readonly #url: string
  readonly #env: Readonly<Record<string, string>>
  readonly #program: string

  /** @param env on top of a bare environment: nothing of the user's own AWS settings gets in. */
  constructor(
    url: string,
    identity: Identity = {},
    env: Readonly<Record<string, string>> = {},
    program: AwsCliProgram = awsCli2,
  ) {
    this.#url = url
    this.#program = program.path
    this.#env = {
      PATH: process.env['PATH'] ?? '',
      // No credentials, settings or history of the user.
      HOME: '/nonexistent',
      AWS_CONFIG_FILE: '/nonexistent/config',
      AWS_SHARED_CREDENTIALS_FILE: '/nonexistent/credentials',
      AWS_EC2_METADATA_DISABLED: 'true',
      AWS_PAGER: '',
      AWS_ACCESS_KEY_ID: identity.account ?? defaultAccount,
      AWS_SECRET_ACCESS_KEY: 'secret',
      AWS_DEFAULT_REGION: identity.region ?? defaultRegion,
      NO_PROXY: '*',
      LC_ALL: 'C.UTF-8',
      ...env,
    }
  }

  /** Runs a command to its end, whatever its exit code. */
  async run(...args: string[]): Promise<Ran> {
    const options = { env: this.#env, maxBuffer: 32 * 1024 * 1024 }
    try {
      return { code: 0, ...(await run(this.#program, this.#arguments(args), options)) }
    } catch (error) {
      const { code, stdout, stderr } = error as { code: unknown; stdout: string; stderr: string }
      if (typeof code !== 'number') throw error
      return { code, stdout, stderr }
    }
  }

  /** What a command prints, as JSON; undefined when it prints nothing. @throws when it fails, with its words. */
  async json(...args: string[]): Promise<unknown> {
    const { code, stdout, stderr } = await this.run(...args, '--output', 'json')
    if (code !== 0) throw new Error(`aws ${args.join(' ')}: ${stderr}`)
    return stdout.trim() === '' ? undefined : JSON.parse(stdout)
  }

  /** A command that goes on until it is killed: the caller's to end. */
  start(...args: string[]): ChildProcess {
    return spawn(this.#program, this.#arguments(args), {
      env: { ...this.#env, PYTHONUNBUFFERED: '1' },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
  }

  #arguments(args: readonly string[]): string[] {
    return ['--endpoint-url', this.#url, ...args]
  }
}
