import assert from 'node:assert/strict'
import { it } from 'node:test'
import { decodeExit } from './exit.ts'

it('tells the codes a process chose from the signals the kernel forced on it', () => {
  const exited = (code: number) => ({ code, signal: undefined, outOfMemory: false })
  const killed = (signal: string) => ({ code: undefined, signal, outOfMemory: false })
  // 129: Node's RIC after an uncaught exception; 134, 143: never a signal to process 1.
  for (const chosen of [0, 1, 127, 128, 129, 130, 134, 143, 255])
    assert.deepEqual(decodeExit(chosen, null, false), exited(chosen))
  assert.deepEqual(decodeExit(137, null, false), killed('SIGKILL'))
  assert.deepEqual(decodeExit(139, null, false), killed('SIGSEGV'))
  assert.deepEqual(decodeExit(132, null, false), killed('SIGILL'))
  assert.deepEqual(decodeExit(159, null, false), killed('SIGSYS'))
})

it('takes the end of the OCI runtime for the end of the process inside', () => {
  assert.deepEqual(decodeExit(null, 'SIGKILL', true), {
    code: undefined,
    signal: 'SIGKILL',
    outOfMemory: true,
  })
})
