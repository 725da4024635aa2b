/**
 * One attempt to break out, and how a list of them becomes tests on every level of isolation.
 * An attempt asserts that it failed, and how: what fails because a tool is missing or an argument is wrong proves
 * nothing. So each has a control, the same code where it may succeed, or a part of it that does.
 */
import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { after, before, describe, it } from 'node:test'
import type { Level, Ran, Snippet } from './arena.ts'
import { Arena, levels, runOnHost, whyNoPython } from './arena.ts'

export interface Attempt {
  readonly name: string
  /** Stopped also where nothing is isolated: by the server itself, not by the sandbox. */
  readonly process?: boolean
  readonly needsPython?: boolean
  /** @throws when the attempt succeeds, or fails in another way */
  make(arena: Arena, t: TestContext): Promise<void>
}

export interface Group {
  readonly title: string
  readonly attempts: readonly Attempt[]
}

export interface Refused {
  readonly name: string
  readonly run: Snippet | ((arena: Arena) => Snippet)
  /** What it writes inside. */
  readonly shows: RegExp
  /** What it writes in gVisor, where that differs: another kernel answers, which has other files and devices. */
  readonly inGvisor?: RegExp
  /** What the same code writes on this machine, in mounts of its own and as root. */
  readonly onHost?: RegExp
}

/** An attempt whose failure shows in what it writes. */
export function refused({ name, run, shows, inGvisor = shows, onHost }: Refused): Attempt {
  const snippetFor = (arena: Arena) => (typeof run === 'function' ? run(arena) : run)
  return {
    name,
    needsPython: typeof run === 'function' || 'python' in run,
    async make(arena) {
      const snippet = snippetFor(arena)
      assert.match(output(await arena.run(snippet)), arena.inGvisor ? inGvisor : shows)
      if (onHost !== undefined) assert.match(output(await runOnHost(snippet)), onHost)
    },
  }
}

function output({ stdout, stderr }: Ran): string {
  return stdout + stderr
}

/**
 * For attempts in Python. `show(what, f)` writes `what`, then `done` and what f() gives back, or the name of the error;
 * `call` calls the C library, `syscall` the kernel.
 */
export const pythonPrelude = `
import ctypes, errno, os
libc = ctypes.CDLL(None, use_errno=True)
def checked(result):
    if result == -1:
        raise OSError(ctypes.get_errno(), '')
    return result
def call(name, *args):
    return checked(getattr(libc, name)(*args))
def syscall(*args):
    return checked(libc.syscall(*map(ctypes.c_long, args)))
def show(what, f):
    try:
        print(what, 'done', f(), flush=True)
    except OSError as error:
        print(what, errno.errorcode[error.errno], flush=True)
`

/** Makes every attempt of these groups a test, on every level that can be tried here and that stops it. */
export function tryAll(...groups: readonly Group[]): void {
  const noPython = whyNoPython()
  for (const level of levels) {
    const tried = groups
      .map(({ title, attempts }) => ({ title, attempts: attempts.filter(isStoppedBy(level)) }))
      .filter(({ attempts }) => attempts.length > 0)
    if (tried.length === 0) continue
    describe(`${level.name}:`, { skip: level.skip }, () => {
      let arena: Arena
      before(async () => {
        arena = await Arena.open(level)
      })
      for (const { title, attempts } of tried)
        describe(title, () => {
          for (const attempt of attempts)
            it(attempt.name, { skip: attempt.needsPython === true && noPython }, async (t) => {
              await attempt.make(arena, t)
            })
          after(async () => {
            await arena.answers()
          })
        })
      after(async () => {
        await arena.close()
      })
    })
  }
}

function isStoppedBy(level: Level): (attempt: Attempt) => boolean {
  return (attempt) => level.name !== 'process' || attempt.process === true
}
