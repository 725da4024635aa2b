/**
 * What the list of system calls lets through, by a reading of it of our own: as libseccomp compares, 64 bits of each
 * argument. That kernels enforce it is tried in test/security.
 */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from '../../../test/kit/fast-check.ts'
import type { SeccompArg, SeccompRule } from './seccomp.ts'
import { seccompProfile } from './seccomp.ts'

const { syscalls: rules, defaultErrnoRet } = seccompProfile()

/** What becomes of a call: `allow`, or the number it is answered with. */
function outcome(rule: SeccompRule): 'allow' | number {
  return rule.action === 'SCMP_ACT_ALLOW' ? 'allow' : (rule.errnoRet ?? Number.NaN)
}

/** All outcomes that rules give a call: more than one would be a matter of their order. */
function outcomes(name: string, args: readonly bigint[]): Set<'allow' | number> {
  const matching = rules.filter(
    (rule) => rule.names.includes(name) && (rule.args ?? []).every((arg) => holds(arg, args)),
  )
  return new Set(matching.map(outcome))
}

function holds({ index, op, value, valueTwo }: SeccompArg, args: readonly bigint[]): boolean {
  const actual = args[index] ?? 0n
  switch (op) {
    case 'SCMP_CMP_EQ':
      return actual === BigInt(value)
    case 'SCMP_CMP_NE':
      return actual !== BigInt(value)
    case 'SCMP_CMP_GT':
      return actual > BigInt(value)
    case 'SCMP_CMP_MASKED_EQ':
      return (actual & BigInt(value)) === BigInt(valueTwo ?? Number.NaN)
  }
}

function decide(name: string, ...args: (number | bigint)[]): 'allow' | number {
  const [found, ...others] = outcomes(name, args.map(BigInt))
  assert.deepEqual(others, [], `${name} has two answers`)
  return found ?? defaultErrnoRet
}

const EPERM = 1
const ENOSYS = 38
const EPROTONOSUPPORT = 93
const EAFNOSUPPORT = 97

/** Values the rules mention and their neighbours, with whatever above the 32 bits that the kernel may look at. */
const mentioned = rules.flatMap((rule) =>
  (rule.args ?? []).flatMap((a) => [a.value, a.valueTwo ?? 0]),
)
const low = fc.oneof(
  fc
    .constantFrom(...new Set(mentioned))
    .chain((value) => fc.constantFrom(value, value + 1, value ^ 4)),
  fc.nat(300),
  fc.integer({ min: 0, max: 0xffff_ffff }),
)
const high = fc.oneof(fc.constant(0n), fc.bigInt({ min: 0n, max: 0xffff_ffffn }))
const argument = fc.tuple(low, high).map(([l, h]) => (h << 32n) | (BigInt(l) & 0xffff_ffffn))
const call = fc.tuple(argument, argument, argument)
const runs = { numRuns: 20_000 }

/** What the kernel makes of an argument that is an int or unsigned int to it. */
const asInt = (value: bigint) => Number(value & 0xffff_ffffn)

describe('the list of system calls', () => {
  it('lets runtimes do their work', () => {
    const work = `read write openat mmap mprotect futex clock_gettime epoll_pwait execve execveat fork vfork wait4
      eventfd2 pipe2 accept4 sendmsg recvmsg getrandom memfd_create membarrier sched_getaffinity rseq
      statx inotify_init1 timerfd_create rt_sigreturn exit_group prctl arch_prctl setuid copy_file_range pidfd_open`
    for (const name of work.split(/\s+/)) assert.equal(decide(name), 'allow', name)
  })

  it('refuses what no runtime needs, as to a user who may not', () => {
    const refused = `io_uring_setup io_uring_enter ptrace process_vm_readv process_vm_writev keyctl add_key
      request_key bpf perf_event_open userfaultfd mount umount2 open_tree move_mount fsopen fsmount mount_setattr
      unshare setns pivot_root chroot kexec_load init_module finit_module swapon reboot quotactl open_by_handle_at
      name_to_handle_at fanotify_init lookup_dcookie acct settimeofday clock_settime adjtimex iopl ioperm vmsplice
      memfd_secret sethostname syslog pidfd_getfd kcmp`
    for (const name of refused.split(/\s+/)) assert.equal(decide(name), EPERM, name)
  })

  it('says of what it does not know that it is not there, so that libcs fall back', () => {
    const unknown = [
      'clone3',
      'io_setup',
      'mbind',
      'fchmodat2',
      'map_shadow_stack',
      'from_the_future',
    ]
    for (const name of unknown) assert.equal(decide(name), ENOSYS, name)
  })

  it('does not let a function write the host to its disks, and does not tell', () => {
    assert.equal(decide('sync'), 0)
    assert.equal(decide('syncfs', 3), 0)
    assert.equal(decide('fsync', 3), 'allow')
  })

  it('names each system call in one list only, or only with conditions', () => {
    const unconditional = rules.filter((rule) => rule.args === undefined)
    const names = unconditional.flatMap((rule) => rule.names)
    assert.deepEqual(
      names.filter((name, index) => names.indexOf(name) !== index),
      [],
    )
    const conditional = rules
      .filter((rule) => rule.args !== undefined)
      .flatMap((rule) => rule.names)
    assert.deepEqual(
      conditional.filter((name) => names.includes(name)),
      [],
    )
  })

  it('has no rule with two conditions on one argument, which crun takes for alternatives', () => {
    for (const { args = [] } of rules)
      assert.equal(new Set(args.map((arg) => arg.index)).size, args.length)
  })

  it('has one answer to every call', () => {
    const names = new Set(rules.filter((rule) => rule.args).flatMap((rule) => rule.names))
    fc.assert(
      fc.property(fc.constantFrom(...names), call, (name, args) => {
        assert.ok(outcomes(name, args).size <= 1)
      }),
      runs,
    )
  })
})

describe('system calls that depend on their arguments', () => {
  it('clones threads and processes, never namespaces', () => {
    // As glibc starts threads and processes.
    assert.equal(decide('clone', 0x3d0f00), 'allow')
    assert.equal(decide('clone', 0x1200011), 'allow')
    const flags = [
      0x2_0000, 0x200_0000, 0x400_0000, 0x800_0000, 0x1000_0000, 0x2000_0000, 0x4000_0000,
    ]
    const flag = fc.constantFrom(...flags.map(BigInt))
    fc.assert(
      fc.property(flag, argument, (namespace, others) => {
        assert.equal(decide('clone', namespace | others), ENOSYS)
      }),
    )
  })

  it('makes Unix, TCP, UDP and routing sockets, whatever the upper halves of the arguments', () => {
    const [NONBLOCK, CLOEXEC] = [0x800, 0x8_0000]
    for (const family of [2, 10]) {
      assert.equal(decide('socket', family, 1 | NONBLOCK | CLOEXEC, 6), 'allow')
      assert.equal(decide('socket', family, 2 | CLOEXEC, 17), 'allow')
      assert.equal(decide('socket', family, 3 | CLOEXEC, 1), EPERM)
      assert.equal(decide('socket', family, 1 | CLOEXEC, 262), EPROTONOSUPPORT)
    }
    assert.equal(decide('socket', 1, 5 | CLOEXEC, 0), 'allow')
    assert.equal(decide('socket', 16, 3 | CLOEXEC, 0), 'allow')
    for (const protocol of [2, 4, 9, 12, 15, 21])
      assert.equal(decide('socket', 16, 3, protocol), EPROTONOSUPPORT)
    for (const family of [17, 38, 40]) assert.equal(decide('socket', family, 3, 0), EAFNOSUPPORT)
    const possible = new Set(['1 1', '1 2', '1 5', '2 1 0', '2 1 6', '2 2 0', '2 2 17'])
    for (const kind of ['1 0', '1 6', '2 0', '2 17']) possible.add(`10 ${kind}`)
    for (const kind of ['2 0', '3 0']) possible.add(`16 ${kind}`)
    const part = fc.tuple(fc.nat(20), high).map(([l, h]) => (h << 32n) | BigInt(l))
    let allowed = 0
    fc.assert(
      fc.property(part, part, part, (family, type, protocol) => {
        if (decide('socket', family, type, protocol) !== 'allow') return
        allowed += 1
        const kind = `${asInt(family)} ${asInt(type) & 0xf}`
        assert.ok(possible.has(kind) || possible.has(`${kind} ${asInt(protocol)}`), kind)
      }),
      runs,
    )
    assert.ok(allowed > 0)
  })

  it('makes pairs of Unix sockets only', () => {
    assert.equal(decide('socketpair', 1, 1, 0), 'allow')
    fc.assert(
      fc.property(argument, (family) => {
        if (decide('socketpair', family) === 'allow') assert.equal(asInt(family), 1)
      }),
      runs,
    )
  })

  it('never types into a terminal for somebody else, whatever the upper half says', () => {
    const TCGETS = 0x5401
    for (const request of [TCGETS, 0x5413, 0x541b, 0x5421, 0x5451, 0x8912, 0x4004_9409])
      assert.equal(decide('ioctl', 0, request), 'allow', request.toString(16))
    // TIOCSTI, TIOCLINUX, TIOCSETD, TIOCCONS, and the first of TUN, of KVM and of loop devices.
    const refused = [0x5412, 0x541c, 0x5423, 0x541d, 0x4004_54ca, 0xae00, 0x4c00]
    fc.assert(
      fc.property(fc.constantFrom(...refused), high, (request, upper) => {
        assert.equal(decide('ioctl', 0, (upper << 32n) | BigInt(request)), ENOSYS)
      }),
    )
  })

  it('does not change the execution domain', () => {
    assert.equal(decide('personality', 0xffff_ffff), 'allow')
    assert.equal(decide('personality', 0), 'allow')
    // ADDR_NO_RANDOMIZE, READ_IMPLIES_EXEC, PER_LINUX32.
    for (const persona of [0x4_0000, 0x40_0000, 8])
      assert.equal(decide('personality', persona), ENOSYS)
  })

  it('makes named pipes, never devices', () => {
    assert.equal(decide('mknod', 0, 0o010644), 'allow')
    assert.equal(decide('mknodat', -100n & 0xffff_ffffn, 0, 0o010644), 'allow')
    assert.equal(decide('mknod', 0, 0o020666), EPERM)
    assert.equal(decide('mknodat', 0, 0, 0o060666), EPERM)
    fc.assert(
      fc.property(argument, (mode) => {
        const kind = asInt(mode) & 0xf000
        if (decide('mknod', 0, mode) === 'allow') assert.ok(kind !== 0x2000 && kind !== 0x6000)
        assert.equal(decide('mknodat', 0, 0, mode), decide('mknod', 0, mode))
      }),
      runs,
    )
  })

  it('sets every limit but that of core dumps, which it pretends to set', () => {
    const pointer = 0x7fff_1234_5678n
    for (let resource = 0; resource < 16; resource += 1) {
      const expected = resource === 4 ? 0 : 'allow'
      assert.equal(decide('setrlimit', resource, pointer), expected)
      assert.equal(decide('prlimit64', 0, resource, pointer, 0), expected)
      assert.equal(decide('prlimit64', 0, resource, 0, pointer), 'allow')
    }
    fc.assert(
      fc.property(high, argument, (upper, change) => {
        const core = (upper << 32n) | 4n
        assert.equal(decide('setrlimit', core, change), 0)
        assert.equal(decide('prlimit64', 0, core, change), change === 0n ? 'allow' : 0)
      }),
    )
  })
})
