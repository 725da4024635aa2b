/** The yardstick "bare start": what a Node.js that does nothing costs. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { own, plainEnvironment } from '../processes.ts'

/** From the call that starts the process to its end, ms, of `node -e 0`. */
export async function timeToExit(node: string): Promise<number> {
  const startMs = performance.now()
  const child = own(spawn(node, ['-e', '0'], { stdio: 'ignore', env: plainEnvironment }))
  const [code] = (await once(child, 'exit')) as [number | null]
  const spentMs = performance.now() - startMs
  if (code !== 0) throw new Error(`${node} -e 0 ended with ${code}`)
  return spentMs
}

/** From the call that starts the process to the first byte that its code writes, ms. */
export async function timeToFirstByte(node: string): Promise<number> {
  const startMs = performance.now()
  const child = own(
    spawn(node, ['-e', 'process.stdout.write("x")'], {
      stdio: ['ignore', 'pipe', 'ignore'],
      env: plainEnvironment,
    }),
  )
  const ended = once(child, 'exit')
  await once(child.stdout, 'data')
  const spentMs = performance.now() - startMs
  await ended
  return spentMs
}
