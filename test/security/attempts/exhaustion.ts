/**
 * Using up what is shared: processes, memory, files, descriptors, the processor, the log. Every flood ends by a limit
 * of the sandbox that makes it, and the neighbour answers meanwhile.
 */
import assert from 'node:assert/strict'
import type { Attempt, Group } from '../attempt.ts'
import { pythonPrelude, refused } from '../attempt.ts'
import type { Arena } from '../arena.ts'
import type { Deployment, Invoked } from '../../kit/deploy.ts'

/** Makes them until the kernel refuses, and tells how many there were and what it said. */
export const untilRefused = `${pythonPrelude}
def until_refused(make, most):
    made = []
    try:
        while len(made) < most:
            made.append(make())
    except OSError as error:
        print(len(made), errno.errorcode[error.errno], flush=True)
    else:
        print(len(made), 'all', flush=True)
    return made
`

interface Counted {
  readonly name: string
  /** A Python expression whose call makes one. */
  readonly making: string
  /** How many the attacker gets at least and at most. */
  readonly count: readonly [number, number]
  readonly refusal: RegExp
  /** Counted for whoever has made the user namespace as well: only where that is not root for all sandboxes. */
  readonly forMaker?: boolean
  /** In gVisor, where it counts otherwise; `ends` when it may give up as a whole. */
  readonly inGvisor?: {
    readonly count: readonly [number, number]
    readonly refusal: RegExp
    readonly ends?: RegExp
  }
}

/** Something of which there are only so many: how many the attacker gets, and that the neighbour still gets one. */
function counted({ name, making, forMaker, inGvisor, ...linux }: Counted): Attempt {
  return {
    name,
    needsPython: true,
    async make(arena, t) {
      if (forMaker === true && (await arena.userNamespacesAreRoots())) {
        t.skip('root has made the user namespaces of all sandboxes: see docs/isolation.md')
        return
      }
      // The neighbour asks while the attacker holds all it has got.
      const hold = `${untilRefused}
held = until_refused(${making}, 10_000)
import signal
signal.pause()`
      const node = `
        const { spawn } = require('node:child_process')
        const hog = spawn('/usr/bin/python3', ['-c', args[0]])
        return await new Promise((resolve) => hog.stdout.once('data', (data) => resolve(String(data))))`
      const invoked = await arena.invoke('attacker', { node, args: [hold] })
      const gvisor = arena.inGvisor ? inGvisor : undefined
      if (invoked.error !== null && gvisor?.ends !== undefined) {
        assert.match(invoked.text, gvisor.ends)
        await arena.answers()
        return
      }
      const [least, most] = (gvisor ?? linux).count
      const [count = '', said = ''] = JSON.parse(invoked.text).trim().split(' ')
      assert.ok(Number(count) >= least && Number(count) <= most, `${count} ${said}`)
      assert.match(said, (gvisor ?? linux).refusal)
      const one = { python: `${untilRefused}until_refused(${making}, 1)` }
      assert.equal((await arena.run(one, 'neighbour')).stdout, '1 all\n')
      // With its environment goes all that it holds.
      await arena.invoke('attacker', { node: 'process.exit(0)' })
    },
  }
}

/** Runs something in a function of its own, and asks the neighbour all the time. */
export async function flood(
  arena: Arena,
  deployment: Omit<Deployment, 'files'>,
  event: object,
): Promise<Invoked> {
  await arena.deploy(deployment)
  const under = { way: true }
  const invoked = arena.invoke(deployment.FunctionName, event).finally(() => {
    under.way = false
  })
  do await arena.answers()
  while (under.way)
  return await invoked
}

/** `[what, megabytes, a piece of it]`: more than the server could keep without growing beyond what it is allowed. */
const logFloods: readonly (readonly [string, number, string])[] = [
  ['lines', 200, "b'x' * 99 + b'\\n'"],
  ['one line without end', 400, "b'x' * 100"],
  ['bytes that are no text', 150, 'bytes(range(128, 228))'],
  [
    'messages that announce a length they never reach',
    400,
    "b'\\xa5\\x5a\\x00\\x03\\x7f\\xff\\xff\\xff' * 10",
  ],
]
/** Of the server, by a flood of its log: its buffer of 64 MiB, in all the forms that text takes on its way. */
const grownBytesMax = 512 << 20

const logAttempts: Attempt[] = logFloods.map(([name, megabytes, unit], index) => ({
  name: `floods the log with ${name}`,
  // All come the same way; one kind is enough where the sandbox has no part in it.
  process: index === 0,
  needsPython: true,
  async make(arena, t) {
    const before = await arena.peakMemoryBytes()
    const write = `
import os, select
block = (${unit}) * 10_000
left = ${megabytes}
while left > 0:
    rest = block
    while rest:
        select.select([], [1], [])
        try:
            rest = rest[os.write(1, rest):]
        except BlockingIOError:
            pass
    left -= len(block) / 1_000_000`
    const event = {
      node: `
        const { spawn } = require('node:child_process')
        const child = spawn('/usr/bin/python3', ['-c', args[0]], { stdio: ['ignore', 1, 'ignore'] })
        return await new Promise((resolve) => child.once('close', resolve))`,
      args: [write],
    }
    const deployment = { FunctionName: `chatty-${index}`, MemorySize: 256, Timeout: 60 }
    const invoked = await flood(arena, deployment, event)
    assert.equal(invoked.text, '0')
    const grown = (await arena.peakMemoryBytes()) - before
    t.diagnostic(`the server grew by ${grown >> 20} MiB`)
    assert.ok(grown < grownBytesMax, `the server grew by ${grown >> 20} MiB`)
  },
}))

export const exhaustion: Group = {
  title: 'exhaustion',
  attempts: [
    counted({
      name: 'forks without end',
      making: `lambda: os.posix_spawn('/usr/bin/sleep', ['sleep', '999'], {},
          file_actions=[(os.POSIX_SPAWN_CLOSE, 1), (os.POSIX_SPAWN_CLOSE, 2)])`,
      count: [900, 1023],
      refusal: /^EAGAIN$/,
      // It needs some of the host's for each, and cannot always do with fewer.
      inGvisor: {
        count: [400, 4096],
        refusal: /^(EAGAIN|ENOMEM)$/,
        ends: /Runtime exited with error: (exit status 2|signal: killed)/,
      },
    }),
    counted({
      name: 'opens files without end',
      making: `lambda: os.open('/dev/null', os.O_RDONLY)`,
      count: [1000, 1024],
      refusal: /^EMFILE$/,
    }),
    counted({
      name: 'makes inotify instances without end',
      making: `lambda: call('inotify_init')`,
      count: [1, 1024],
      refusal: /^EMFILE$/,
      forMaker: true,
    }),
    counted({
      name: 'makes timers without end',
      making: `lambda: call('timer_create', 1, None, ctypes.byref(ctypes.c_void_p()))`,
      count: [900, 1024],
      refusal: /^EAGAIN$/,
      forMaker: true,
      // They are its own, and count as memory.
      inGvisor: { count: [10_000, 10_000], refusal: /^all$/ },
    }),
    counted({
      name: 'makes System V shared memory segments without end',
      making: `lambda: call('shmget', 0, 4096, 0o1600)`,
      count: [1, 4096],
      refusal: /^ENOSPC$/,
    }),
    counted({
      name: 'makes pipes of a megabyte without end',
      making: `lambda: __import__('fcntl').fcntl(os.pipe()[1], 1031, 1 << 20)`,
      count: [1, 512],
      refusal: /^(EPERM|EMFILE)$/,
    }),
    refused({
      name: 'locks memory',
      run: {
        python: `${pythonPrelude}
import mmap
def lock(length):
    memory = mmap.mmap(-1, length)
    return call('mlock', ctypes.c_void_p(ctypes.addressof(ctypes.c_char.from_buffer(memory))), ctypes.c_size_t(length))
show('much', lambda: lock(1 << 20))
show('little', lambda: lock(1 << 14))`,
      },
      shows: /^much (ENOMEM|EPERM)\nlittle done 0\n$/,
      onHost: /^much done 0\nlittle done 0\n$/,
    }),
    {
      name: 'forks without end, and its children as well, until its time is up',
      async make(arena) {
        const deployment = { FunctionName: 'fork-bomb', MemorySize: 512, Timeout: 2 }
        const invoked = await flood(arena, deployment, {
          sh: 'bomb() { bomb | bomb & }; bomb; sleep 60',
        })
        // How it ends depends on who is refused a fork first: the bomb or the shell that waits.
        assert.match(invoked.text, /timed out after 2\.00 seconds|signal: killed|[Cc]annot fork/)
        while ((await arena.processesInside()).length > 50) await arena.answers()
      },
    },
    ...(
      [
        ['in a process', { node: 'for (const all = []; ; ) all.push(Buffer.alloc(1 << 20, 1))' }],
        [
          'in shared memory that no process holds',
          {
            python: `${pythonPrelude}
libc.shmat.restype = ctypes.c_void_p
while True:
    place = libc.shmat(call('shmget', 0, 1 << 24, 0o1600), None, 0)
    ctypes.memset(place, 1, 1 << 24)
    libc.shmdt(ctypes.c_void_p(place))`,
          },
        ],
      ] as const
    ).map(([place, snippet], index) => ({
      name: `fills memory, ${place}`,
      async make(arena: Arena): Promise<void> {
        const deployment = { FunctionName: `hungry-${index}`, MemorySize: 128, Timeout: 30 }
        const invoked = await flood(arena, deployment, snippet)
        // What the kernel kills is the runtime or its child: the one with the most memory.
        assert.match(invoked.text, /signal: killed|"signal":"SIGKILL"|"code":137/)
      },
    })),
    ...(
      [
        ['takes every processor', 'while :; do :; done'],
        [
          'takes every processor, with processes that wake each other',
          'yes | cat | cat > /dev/null',
        ],
      ] as const
    ).map(([name, endless], index) => ({
      name,
      needsPython: true,
      async make(arena: Arena): Promise<void> {
        const deployment = { FunctionName: `busy-${index}`, MemorySize: 256, Timeout: 60 }
        const invoked = await flood(arena, deployment, {
          sh: `for i in 1 2 3 4 5 6 7 8; do timeout 2 sh -c "${endless}" & done; wait`,
        })
        assert.equal(JSON.parse(invoked.text).code, 0)
      },
    })),
    ...logAttempts,
  ],
}
