/**
 * Which system calls a function may make: an allow-list in OCI's form (config-linux.md, "Seccomp"), pure data.
 *
 * What it is not: the only wall. Namespaces, missing capabilities and no_new_privs refuse most of this already;
 * the list keeps code of the kernel out of reach in which the next hole may be. Invariants: two rules with different
 * actions never match the same call, since libseccomp leaves their order open; arguments that the kernel reads
 * as 32 bits are compared as 32 bits wherever a match lets something through (`low32`).
 * Called by: config.ts. Read next: test/security, which tries it from inside.
 *
 * What is not named here is answered ENOSYS, as by an older kernel, so that C libraries fall back: that holds for
 * system calls newer than this list and for clone3, whose flags lie in memory where no filter can see them. Names
 * are those of libseccomp 2.5.4; OCI runtimes pass over the ones that an older libseccomp does not know. No
 * architecture is named: that means the machine's own alone. A call by the 32-bit or x32 convention ends the thread.
 */

export interface SeccompArg {
  readonly index: number
  readonly value: number
  readonly valueTwo?: number
  readonly op: 'SCMP_CMP_EQ' | 'SCMP_CMP_NE' | 'SCMP_CMP_GT' | 'SCMP_CMP_MASKED_EQ'
}

export interface SeccompRule {
  readonly names: readonly string[]
  readonly action: 'SCMP_ACT_ALLOW' | 'SCMP_ACT_ERRNO'
  readonly errnoRet?: number
  /** All must hold. crun takes two on the same argument for alternatives: there are none here. */
  readonly args?: readonly SeccompArg[]
}

export interface SeccompProfile {
  readonly defaultAction: 'SCMP_ACT_ERRNO'
  readonly defaultErrnoRet: number
  readonly syscalls: readonly SeccompRule[]
}

const EPERM = 1
const ENOSYS = 38
const EPROTONOSUPPORT = 93
const EAFNOSUPPORT = 97
/** The call is not made, and succeeds. */
const pretend = 0

const files = `
  access chdir chmod chown close close_range copy_file_range creat dup dup2 dup3 faccessat faccessat2 fadvise64
  fallocate fchdir fchmod fchmodat fchown fchownat fcntl fdatasync fgetxattr flistxattr flock fremovexattr fsetxattr
  fstat fstatfs fsync ftruncate futimesat getcwd getdents getdents64 getxattr lchown lgetxattr link linkat listxattr
  llistxattr lremovexattr lseek lsetxattr lstat mkdir mkdirat newfstatat open openat openat2 pipe pipe2 pread64 preadv
  preadv2 pwrite64 pwritev pwritev2 read readahead readlink readlinkat readv removexattr rename renameat renameat2
  rmdir sendfile setxattr splice stat statfs statx symlink symlinkat sync_file_range tee truncate umask unlink
  unlinkat utime utimensat utimes write writev`

const memory = `
  brk madvise membarrier memfd_create mincore mlock mlock2 mlockall mmap mprotect mremap msync munlock munlockall
  munmap pkey_alloc pkey_free pkey_mprotect`

/** Changing user or capabilities is left to the kernel: without capabilities there is nothing to gain. */
const processes = `
  arch_prctl capget capset execve execveat exit exit_group fork get_robust_list getcpu getegid geteuid getgid getgroups
  getpgid getpgrp getpid getppid getpriority getresgid getresuid getrlimit getrusage getsid gettid getuid kill
  landlock_add_rule landlock_create_ruleset landlock_restrict_self pause pidfd_open pidfd_send_signal prctl
  restart_syscall rseq rt_sigaction rt_sigpending rt_sigprocmask rt_sigqueueinfo rt_sigreturn rt_sigsuspend
  rt_sigtimedwait rt_tgsigqueueinfo sched_get_priority_max sched_get_priority_min sched_getaffinity sched_getattr
  sched_getparam sched_getscheduler sched_rr_get_interval sched_setaffinity sched_setattr sched_setparam
  sched_setscheduler sched_yield seccomp set_robust_list set_tid_address setfsgid setfsuid setgid setgroups setpgid
  setpriority setregid setresgid setresuid setreuid setsid setuid sigaltstack tgkill times tkill vfork wait4 waitid`

const eventsAndTime = `
  alarm clock_getres clock_gettime clock_nanosleep epoll_create epoll_create1 epoll_ctl epoll_pwait epoll_pwait2
  epoll_wait eventfd eventfd2 futex futex_waitv getitimer gettimeofday inotify_add_watch inotify_init inotify_init1
  inotify_rm_watch nanosleep poll ppoll pselect6 select setitimer signalfd signalfd4 time timer_create timer_delete
  timer_getoverrun timer_gettime timer_settime timerfd_create timerfd_gettime timerfd_settime`

const socketsAndQueues = `
  accept accept4 bind connect getpeername getsockname getsockopt listen msgctl msgget msgrcv msgsnd recvfrom recvmmsg
  recvmsg semctl semget semop semtimedop sendmmsg sendmsg sendto setsockopt shmat shmctl shmdt shmget shutdown`

const system = 'getrandom sysinfo uname'

/**
 * What the kernel has and no runtime of Lambda's needs, answered as to a user who may not. Beside what only root
 * may do anyway: io_uring, whose requests no filter sees; looking into other processes; kernel keyrings, which are
 * not in a namespace; userfaultfd, memfd_secret, perf_event_open and bpf, which attacks on the kernel like to use;
 * opening files by handle, past the mounts (of which containers have broken out); vmsplice, which lends pages to
 * pipes and has been the root of several holes, while splice and tee, which move what is in pipes, stay; and pages
 * mapped out of order. Linux AIO and POSIX message queues, which are counted for the whole host or for all that root
 * has started, the NUMA calls and local descriptor tables stay unnamed: a kernel built without them says ENOSYS, too.
 */
const refused = `
  acct add_key adjtimex bpf chroot clock_adjtime clock_settime delete_module fanotify_init fanotify_mark finit_module
  fsconfig fsmount fsopen fspick init_module io_uring_enter io_uring_register io_uring_setup ioperm iopl ioprio_get
  ioprio_set kcmp kexec_file_load kexec_load keyctl lookup_dcookie memfd_secret mount mount_setattr move_mount
  name_to_handle_at nfsservctl open_by_handle_at open_tree perf_event_open pidfd_getfd pivot_root process_madvise
  process_mrelease process_vm_readv process_vm_writev ptrace quotactl quotactl_fd reboot remap_file_pages request_key
  setdomainname sethostname setns settimeofday swapoff swapon sysfs syslog umount2 unshare uselib userfaultfd ustat
  vhangup vmsplice`

/**
 * Writing all file systems of the host to its disks is no business of a function, and its own, which end with it,
 * need none: both have done, without doing anything, what they promise.
 */
const pretended = 'sync syncfs'

/** CLONE_NEWNS, _NEWCGROUP, _NEWUTS, _NEWIPC, _NEWUSER, _NEWPID and _NEWNET (sched.h). */
const namespaceFlags = 0x7e02_0000

/** `type` without SOCK_NONBLOCK and SOCK_CLOEXEC, as the kernel masks it. */
const sockTypeMask = 0xf
const [AF_UNIX, AF_INET, AF_INET6, AF_NETLINK] = [1, 2, 10, 16]
const [SOCK_STREAM, SOCK_DGRAM, SOCK_RAW, SOCK_SEQPACKET] = [1, 2, 3, 5]
const [IPPROTO_TCP, IPPROTO_UDP, IPPROTO_MPTCP, NETLINK_ROUTE] = [6, 17, 262, 0]

/** The kinds of sockets there are, each `[families, types, protocol]`; no protocol means any. */
const socketKinds: readonly (readonly [readonly number[], readonly number[], number?])[] = [
  [[AF_UNIX], [SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET]],
  [[AF_INET, AF_INET6], [SOCK_STREAM], 0],
  [[AF_INET, AF_INET6], [SOCK_STREAM], IPPROTO_TCP],
  [[AF_INET, AF_INET6], [SOCK_DGRAM], 0],
  [[AF_INET, AF_INET6], [SOCK_DGRAM], IPPROTO_UDP],
  // How libcs and Go list network interfaces.
  [[AF_NETLINK], [SOCK_RAW, SOCK_DGRAM], NETLINK_ROUTE],
]

/**
 * The requests a function may make of a descriptor, as `[value, mask]`: sockets, terminals (without TIOCSTI, which
 * types into them, TIOCLINUX and TIOCSETD, which loads a module), copying by reference.
 */
const ioctlRequests: readonly (readonly [number, number])[] = [
  [0x8900, 0xffff_ff00],
  [0x5400, 0xffff_fff0],
  [0x5410, 0xffff_fffe],
  // TIOCGWINSZ, TIOCSWINSZ, FIONREAD, FIONBIO, TIOCGSID.
  ...[0x5413, 0x5414, 0x541b, 0x5421, 0x5429].map((request) => [request, 0xffff_ffff] as const),
  // FIONCLEX, FIOCLEX, FIOASYNC.
  [0x5450, 0xffff_fffc],
  // FICLONE, FICLONERANGE.
  ...[0x4004_9409, 0x4020_940d].map((request) => [request, 0xffff_ffff] as const),
]

const RLIMIT_CORE = 4
/** All resources but RLIMIT_CORE, as `[value, mask]`. */
const otherResources: readonly (readonly [number, number])[] = [
  [0, 0xffff_fffc],
  [5, 0xffff_ffff],
  [6, 0xffff_fffe],
  [8, 0xffff_fff8],
]

const S_IFMT = 0xf000
/** Files, named pipes and sockets; a mode without a kind is a file's. */
const nodesAllowed = [0, 0x1000, 0x8000, 0xc000]
/** Devices of characters and of blocks. */
const nodesRefused = [0x2000, 0x6000]

/** @returns OCI's `linux.seccomp`, the same on every machine */
export function seccompProfile(): SeccompProfile {
  return profile
}

const profile: SeccompProfile = {
  defaultAction: 'SCMP_ACT_ERRNO',
  defaultErrnoRet: ENOSYS,
  syscalls: [
    allow(`${files} ${memory} ${processes} ${eventsAndTime} ${socketsAndQueues} ${system}`),
    answer(EPERM, refused),
    answer(pretend, pretended),
    allow('clone', masked(0, 0, namespaceFlags)),
    ...sockets(),
    ...ioctlRequests.map(([value, mask]) => allow('ioctl', masked(1, value, mask))),
    // PER_LINUX, and asking which it is: others turn protections off that exploits stumble over.
    allow('personality', low32(0, 0)),
    allow('personality', low32(0, 0xffff_ffff)),
    ...nodesAllowed.map((kind) => allow('mknod', masked(1, kind, S_IFMT))),
    ...nodesAllowed.map((kind) => allow('mknodat', masked(2, kind, S_IFMT))),
    ...nodesRefused.map((kind) => answer(EPERM, 'mknod', masked(1, kind, S_IFMT))),
    ...nodesRefused.map((kind) => answer(EPERM, 'mknodat', masked(2, kind, S_IFMT))),
    ...limits(),
  ],
}

/** Kernels answer for what they lack by family and protocol; programs that probe know those answers. */
function sockets(): SeccompRule[] {
  const rules = socketKinds.flatMap(([families, types, protocol]) =>
    families.flatMap((family) =>
      types.map((type) => {
        const kind = [equal(0, family), masked(1, type, sockTypeMask)]
        return allow('socket', ...kind, ...(protocol === undefined ? [] : [equal(2, protocol)]))
      }),
    ),
  )
  for (const family of [AF_INET, AF_INET6]) {
    const of = (type: number) => [equal(0, family), masked(1, type, sockTypeMask)]
    rules.push(answer(EPERM, 'socket', ...of(SOCK_RAW)))
    rules.push(answer(EPROTONOSUPPORT, 'socket', ...of(SOCK_STREAM), equal(2, IPPROTO_MPTCP)))
  }
  const otherProtocol = { index: 2, value: NETLINK_ROUTE, op: 'SCMP_CMP_NE' } as const
  rules.push(answer(EPROTONOSUPPORT, 'socket', equal(0, AF_NETLINK), otherProtocol))
  // Packets, kernel cryptography, hypervisor and vehicle buses, all there is behind it.
  const beyond = { index: 0, value: AF_NETLINK, op: 'SCMP_CMP_GT' } as const
  rules.push(answer(EAFNOSUPPORT, 'socket', beyond))
  rules.push(allow('socketpair', equal(0, AF_UNIX)))
  return rules
}

/**
 * RLIMIT_CORE stays as config.ts sets it, or a crash would start the host's crash reporter, as root, on what a
 * function has prepared for it. Programs that set it to 0 for their own sake mean what they have already.
 */
function limits(): SeccompRule[] {
  const core = (index: number) => low32(index, RLIMIT_CORE)
  const change = { index: 2, value: 0, op: 'SCMP_CMP_NE' } as const
  return [
    ...otherResources.map(([value, mask]) => allow('setrlimit', masked(0, value, mask))),
    ...otherResources.map(([value, mask]) => allow('prlimit64', masked(1, value, mask))),
    allow('prlimit64', core(1), equal(2, 0)),
    answer(pretend, 'prlimit64', core(1), change),
    answer(pretend, 'setrlimit', core(0)),
  ]
}

function allow(names: string, ...args: SeccompArg[]): SeccompRule {
  return { names: words(names), action: 'SCMP_ACT_ALLOW', ...(args.length > 0 && { args }) }
}

function answer(errno: number, names: string, ...args: SeccompArg[]): SeccompRule {
  const rule = { names: words(names), action: 'SCMP_ACT_ERRNO', errnoRet: errno } as const
  return args.length > 0 ? { ...rule, args } : rule
}

function words(names: string): string[] {
  return names.trim().split(/\s+/)
}

/** Of all 64 bits: where it lets something through, a value that the kernel would shorten does not match. */
function equal(index: number, value: number): SeccompArg {
  return { index, value, op: 'SCMP_CMP_EQ' }
}

/** `(argument & mask) === value`; bits outside of the mask do not matter. */
function masked(index: number, value: number, mask: number): SeccompArg {
  return { index, value: mask, valueTwo: value, op: 'SCMP_CMP_MASKED_EQ' }
}

function low32(index: number, value: number): SeccompArg {
  return masked(index, value, 0xffff_ffff)
}
