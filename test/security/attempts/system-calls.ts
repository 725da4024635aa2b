/**
 * System calls that no function may make. Each is made with arguments that the kernel itself refuses for another
 * reason (a bad address, descriptor or flag) and that do no harm: as root on the host it says so, which shows that
 * inside it is the call that is refused and not the arguments.
 */
import assert from 'node:assert/strict'
import os from 'node:os'
import type { Attempt, Group } from '../attempt.ts'
import { pythonPrelude } from '../attempt.ts'
import type { Arena, Ran, Snippet } from '../arena.ts'
import { runOnHost } from '../arena.ts'

/** Name, number on x86-64, number on aarch64 (`-` where there is none), arguments; answered EPERM inside. */
const refused = `
  acct 163 89 1
  add_key 248 217 1 1 0 0 0
  adjtimex 159 171 1
  bpf 321 280 -1 0 0
  chroot 161 51 1
  clock_settime 227 112 0 1
  delete_module 176 106 1 0
  fanotify_init 300 262 -1 0
  finit_module 313 273 -1 0 0
  fsmount 432 432 -1 0 0
  fsopen 430 430 1 0
  fspick 433 433 -1 1 0
  init_module 175 105 0 0 0
  io_uring_enter 426 426 -1 0 0 0 0
  io_uring_register 427 427 -1 0 0 0
  io_uring_setup 425 425 0 1
  ioperm 173 - -1 2 1
  iopl 172 - 4
  kcmp 312 272 -1 -1 0 0 0
  kexec_load 246 104 0 17 0 0
  keyctl 250 219 -1 0 0 0 0
  memfd_secret 447 447 -1
  mount 165 40 1 1 1 0 0
  mount_setattr 442 442 -1 1 0 0 0
  move_mount 429 429 -1 1 -1 1 0
  name_to_handle_at 303 264 -1 1 1 1 0
  open_by_handle_at 304 265 -1 1 0
  open_tree 428 428 -1 1 0
  perf_event_open 298 241 1 0 -1 -1 0
  pidfd_getfd 438 438 -1 0 0
  pivot_root 155 41 1 1
  process_madvise 440 440 -1 0 0 0 0
  process_mrelease 448 448 -1 0
  process_vm_readv 310 270 -1 0 0 0 0 1
  process_vm_writev 311 271 -1 0 0 0 0 1
  ptrace 101 117 16 -1 0 0
  quotactl 179 60 -1 1 0 0
  reboot 169 142 0 0 0 0
  remap_file_pages 216 234 0 0 1 0 0
  request_key 249 218 1 1 0 0
  setdomainname 171 162 1 -1
  sethostname 170 161 1 -1
  setns 308 268 -1 0
  settimeofday 164 170 1 0
  swapoff 168 225 1
  swapon 167 224 1 0
  syslog 103 116 -1 0 0
  umount2 166 39 1 0
  unshare 272 97 1
  userfaultfd 323 282 -1
  vmsplice 278 75 -1 0 0 0`

/** The same, answered ENOSYS inside, as by a kernel that has not got them: or some of their arguments are refused. */
const absent = `
  clone3 435 435 1 0
  io_setup 206 0 0 0
  ioctl(TIOCSTI) 16 29 -1 0x5412 0
  ioctl(TIOCSTI,64-bit) 16 29 -1 0x100005412 0
  ioctl(TIOCLINUX) 16 29 -1 0x541c 0
  mbind 237 235 0 0 -1 0 0 -1
  mq_open 240 180 1 0 0 0
  personality(ADDR_NO_RANDOMIZE) 135 92 0x40000
  set_mempolicy 238 237 -1 0 0`

interface Call {
  readonly name: string
  /** Undefined where this architecture has none. */
  readonly number: number | undefined
  readonly args: readonly number[]
  readonly answer: 'EPERM' | 'ENOSYS'
}

function parse(text: string, answer: Call['answer']): Call[] {
  const rows = text.trim().split('\n')
  return rows.map((line) => {
    const [name = '', x64, arm64, ...args] = line.trim().split(/\s+/)
    const number = os.arch() === 'arm64' ? arm64 : x64
    return {
      name,
      number: number === '-' ? undefined : Number(number),
      args: args.map(Number),
      answer,
    }
  })
}

const calls = [...parse(refused, 'EPERM'), ...parse(absent, 'ENOSYS')]

const callAll: Snippet = {
  python: `${pythonPrelude}
import json, sys
for number, *args in json.loads(sys.argv[1]):
    show(number, lambda: syscall(number, *args))`,
  // Number -1 is nothing's.
  args: [JSON.stringify(calls.map(({ number = -1, args }) => [number, ...args]))],
}

/**
 * gVisor makes none of these calls on the host: that a filter holds it to (`runs with more rights on the host than it
 * has inside`). It knows few of them, answers those itself, and refuses these arguments. The one that succeeds asks for
 * a namespace of a kind that some do not look at.
 */
function inGvisor({ name }: Call): RegExp {
  return name === 'unshare' ? /^(done|EPERM|EINVAL)$/ : /^E[A-Z]+$/
}

const made = new WeakMap<Arena, Promise<Ran>>()
let madeOnHost: Promise<Ran> | undefined

/** All of them are made in one process, on each side. */
async function answerOf(call: Call, ran: Promise<Ran>): Promise<string> {
  const { stdout, stderr } = await ran
  assert.equal(stderr, '')
  return stdout.split('\n')[calls.indexOf(call)]?.split(' ')[1] ?? ''
}

const attempts: Attempt[] = calls.map((call) => ({
  name: call.name,
  needsPython: true,
  async make(arena, t) {
    if (call.number === undefined) {
      t.skip('this architecture has no such call')
      return
    }
    if (!made.has(arena)) made.set(arena, arena.run(callAll))
    const inside = await answerOf(call, made.get(arena)!)
    if (arena.inGvisor) assert.match(inside, inGvisor(call))
    else assert.equal(inside, call.answer)
    madeOnHost ??= runOnHost(callAll)
    const onHost = await answerOf(call, madeOnHost)
    if (onHost === 'ENOSYS') t.diagnostic('this kernel has no such call')
    else assert.match(onHost, /^(?!EPERM)./)
  },
}))

/** Calls by another convention have other numbers, which would pass for the machine's own. */
const conventions = `${pythonPrelude}
import mmap, signal
def fate(make):
    child = os.fork()
    if child == 0:
        make()
        os._exit(0)
    status = os.waitpid(child, 0)[1]
    return signal.Signals(os.WTERMSIG(status)).name if os.WIFSIGNALED(status) else 'lives'
def int80():
    # mov eax, 20 (getpid); int 0x80; ret
    memory = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    memory.write(bytes.fromhex('b814000000cd80c3'))
    address = ctypes.addressof(ctypes.c_char.from_buffer(memory))
    ctypes.CFUNCTYPE(ctypes.c_int)(address)()
def x32():
    libc.syscall(ctypes.c_long(0x40000000 | 39))
print(fate(int80), fate(x32), fate(lambda: libc.syscall(ctypes.c_long(39))))`

const otherConventions: Attempt = {
  name: 'getpid by the 32-bit and the x32 convention',
  needsPython: true,
  async make(arena, t) {
    if (os.arch() !== 'x64') {
      t.skip('these conventions are those of x86')
      return
    }
    const { stdout } = await arena.run({ python: conventions })
    // gVisor takes every call, by whatever convention, for one of its own.
    if (arena.inGvisor) assert.match(stdout, /^(lives|SIG[A-Z]+) (lives|SIG[A-Z]+) lives\n$/)
    else assert.equal(stdout, 'SIGSYS SIGSYS lives\n')
    // SIGSEGV where the kernel has not got the 32-bit one.
    const onHost = await runOnHost({ python: conventions })
    assert.match(onHost.stdout, /^(lives|SIGSEGV) lives lives\n$/)
  },
}

export const systemCalls: Group = {
  title: 'system calls',
  attempts: [...attempts, otherConventions],
}
