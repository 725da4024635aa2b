/** Servers to compare with. Each is a process of its own that takes the very requests that lambdad takes. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { newDirectory, own, plainEnvironment, startAndRead, stop } from '../processes.ts'

export interface Yardstick extends AsyncDisposable {
  readonly port: number
}

/** On the Node.js that the server runs on. */
export async function startEcho(): Promise<Yardstick> {
  const program = fileURLToPath(new URL('./echo-server.ts', import.meta.url))
  const { child, match } = await startAndRead([process.execPath, program], /listening on (\d+)/)
  return { port: Number(match[1]), [Symbol.asyncDispose]: () => stop(child) }
}

const workerdConfig = `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = (
    modules = [(name = "worker", esModule = embed "worker.mjs")],
    compatibilityDate = "2026-01-01",
  ))],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
);
`

// CommonJS without types; its default export is the path of the program.
const require = createRequire(import.meta.url)
export const workerdProgram = (require('workerd') as { default: string }).default

/** @param handlerSource a module that exports `handler(event)`, as for Lambda. */
export async function startWorkerd(handlerSource: string): Promise<Yardstick> {
  const directory = newDirectory()
  const worker = `${handlerSource}
export default { fetch: async (request) => Response.json(await handler(await request.json())) }
`
  await writeFile(path.join(directory, 'worker.mjs'), worker)
  await writeFile(path.join(directory, 'config.capnp'), workerdConfig)
  const child = own(
    spawn(workerdProgram, ['serve', 'config.capnp', 'config', '--control-fd=3'], {
      cwd: directory,
      stdio: ['ignore', 'inherit', 'inherit', 'pipe'],
      env: plainEnvironment,
    }),
  )
  // It tells the port it got on the descriptor it was given for that.
  const control = child.stdio[3] as NodeJS.ReadableStream
  const [told] = (await Promise.race([once(control, 'data'), once(child, 'exit')])) as unknown[]
  const port = /"port":(\d+)/.exec(String(told))?.[1]
  if (port === undefined) throw new Error(`workerd did not start: ${String(told)}`)
  return { port: Number(port), [Symbol.asyncDispose]: () => stop(child) }
}
