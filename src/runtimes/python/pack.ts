/**
 * Makes the folder that sandboxes see as /var/runtime, and compiles Python code that they cannot compile for
 * themselves, because they see it read-only.
 */
import { execFile } from 'node:child_process'
import { cpSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Interpreter } from './interpreters.ts'

const run = promisify(execFile)
const source = import.meta.dirname
const packageName = 'lambdad_runtime'

/** @param folder is made; what a sandbox sees as /var/runtime is written into it */
export function packPythonRuntime(folder: string): void {
  const target = join(folder, packageName)
  // What an earlier version compiled would be taken for this one's.
  rmSync(target, { recursive: true, force: true })
  mkdirSync(target, { recursive: true })
  cpSync(join(source, 'bootstrap.py'), join(folder, 'bootstrap.py'))
  for (const name of readdirSync(join(source, packageName))) {
    if (name.endsWith('.py')) cpSync(join(source, packageName, name), join(target, name))
  }
}

/** Compiles what is packed in a folder for one version of Python. */
export async function compilePackedRuntime(
  folder: string,
  interpreter: Interpreter,
): Promise<void> {
  await compilePython(join(folder, packageName), interpreter)
}

/**
 * Puts compiled forms beside the sources in a folder, for one version of Python. They are taken as they are, without
 * a look at the sources: those do not change. Files of other versions stay; each file appears whole.
 */
export async function compilePython(folder: string, interpreter: Interpreter): Promise<void> {
  const flags = ['-q', '-q', '--invalidation-mode', 'unchecked-hash']
  await run(interpreter.executable, ['-I', '-S', '-m', 'compileall', ...flags, folder])
}
