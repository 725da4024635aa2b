/** Runs a program of the host's to its end. Called by: network/, cgroups/, oci/, probes/. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { programOutputBytesMax } from './limits.ts'

export interface Ran {
  /** Undefined when it could not be started: it is not installed. */
  readonly code: number | undefined
  readonly stdout: string
  readonly stderr: string
}

/** Never rejects. */
export async function run(
  program: string,
  programArguments: readonly string[],
  input = '',
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
    const texts = [child.stdout, child.stderr].map(startOf)
    const [code] = await once(child, 'close')
    const [stdout = '', stderr = ''] = await Promise.all(texts)
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
