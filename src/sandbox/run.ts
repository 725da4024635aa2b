/** Runs a program of the host's to its end, or until it has taken too long. Called by: network/, cgroups/, oci/, probes/. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { systemClock } from '../kernel/clock.ts'
import { programOutputBytesMax, programTimeoutMs } from './limits.ts'

export interface Ran {
  /** Undefined when it could not be started: it is not installed; or when it was killed for taking too long. */
  readonly code: number | undefined
  readonly stdout: string
  readonly stderr: string
}

/** Never rejects. */
export async function run(
  program: string,
  programArguments: readonly string[],
  input = '',
  timeoutMs = programTimeoutMs,
): Promise<Ran> {
  try {
    const child = spawn(program, programArguments, {
      env: { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C' },
      cwd: '/',
    })
    if (child.pid === undefined) {
      // Without descriptors it has no streams, either.
      const [error] = (await once(child, 'error')) as [Error]
      return { code: undefined, stdout: '', stderr: error.message }
    }
    // It may end without having read everything.
    child.stdin.on('error', () => undefined).end(input)
    const streams = [child.stdout, child.stderr]
    using deadline = new DisposableStack()
    const timer = systemClock.after(timeoutMs, () => {
      child.kill('SIGKILL')
      // What it has started may live on, and hold them open.
      const late = new Error(`${program} has not ended within ${timeoutMs} ms`)
      for (const stream of streams) stream.destroy(late)
    })
    deadline.defer(() => timer.cancel())
    const texts = streams.map(startOf)
    const [[code], stdout = '', stderr = ''] = await Promise.all([once(child, 'close'), ...texts])
    return { code: code ?? -1, stdout, stderr }
  } catch (error) {
    return { code: undefined, stdout: '', stderr: error instanceof Error ? error.message : '' }
  }
}

/** Reads to the end and keeps what is bounded. */
async function startOf(stream: NodeJS.ReadableStream): Promise<string> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of stream) {
    if (bytes < programOutputBytesMax) chunks.push(chunk as Buffer)
    bytes += chunk.length
  }
  return Buffer.concat(chunks).toString('utf8')
}
