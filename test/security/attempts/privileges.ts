/** Becoming somebody, or being allowed something. */
import assert from 'node:assert/strict'
import { readFile, readlink } from 'node:fs/promises'
import os from 'node:os'
import { hostUsers } from '../../../src/sandbox/limits.ts'
import type { Group } from '../attempt.ts'
import { pythonPrelude, refused } from '../attempt.ts'
import { runOnHost } from '../arena.ts'

const CLONE_NEWUSER = 0x1000_0000

export const privileges: Group = {
  title: 'privileges',
  attempts: [
    refused({
      name: 'becomes root by asking (setuid, setgid, setgroups)',
      run: {
        python: `${pythonPrelude}
show('groups', lambda: os.setgroups([0]))
show('gid', lambda: os.setgid(0))
show('gids', lambda: os.setresgid(0, 0, 0))
show('uids', lambda: os.setresuid(0, 0, 0))
show('uid', lambda: os.setuid(0))
show('own', lambda: os.setuid(os.getuid()))`,
      },
      shows: /^groups EPERM\ngid EPERM\ngids EPERM\nuids EPERM\nuid EPERM\nown done None\n$/,
      onHost: /^(\w+ done None\n){6}$/,
    }),
    refused({
      name: 'takes capabilities (capset)',
      run: {
        python: `${pythonPrelude}
header = (ctypes.c_uint32 * 2)(0x20080522, 0)
everything = (ctypes.c_uint32 * 6)(*[1 << 21] * 6)
nothing = (ctypes.c_uint32 * 6)()
show('admin', lambda: call('capset', header, everything))
show('none', lambda: call('capset', header, nothing))
print([line.split()[1] for line in open('/proc/1/status') if line.startswith('Cap')])`,
      },
      shows: /^admin EPERM\nnone done 0\n\['0{16}', '0{16}', '0{16}', '0{16}', '0{16}'\]\n$/,
      // It does not tell of ambient ones.
      inGvisor: /^admin EPERM\nnone done 0\n\['0{16}', '0{16}', '0{16}', '0{16}'\]\n$/,
    }),
    {
      name: 'runs with more rights on the host than it has inside',
      async make(arena) {
        const processes = await arena.processesInside()
        // Of gVisor, whatever the function can make do something: its kernel, and who opens files for it.
        const reached = /^(runsc-(sandbox|gofer)|exe)\0/
        let checked = 0
        for (const { pid, status } of processes) {
          const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')
          if (arena.inGvisor && !reached.test(command)) continue
          const ofTheServer = await readlink('/proc/self/ns/user')
          const namespace = await readlink(`/proc/${pid}/ns/user`).catch(() => 'gone')
          assert.notEqual(namespace, ofTheServer)
          assert.match(status, /^NoNewPrivs:\s+1$/m, command)
          assert.match(status, /^Seccomp:\s+2$/m, command)
          // gVisor keeps a few, of its user namespace, over its own processes and its own files.
          if (!arena.inGvisor) assert.match(status, /^CapEff:\s+0{16}$/m)
          checked += 1
        }
        assert.ok(checked >= 2)
      },
    },
    refused({
      name: 'gets privileges from set-user-id programs',
      run: {
        // On the host as nobody, there being nothing to gain for root. It waits for a password meanwhile.
        python: `
import os, stat, subprocess, time
paths = ['/usr/bin/' + name for name in ['su', 'passwd', 'sudo', 'newgrp', 'mount']]
marked = [p for p in paths if os.path.exists(p) and os.stat(p).st_mode & stat.S_ISUID]
if not marked:
    raise SystemExit('none here')
become = (lambda: os.setuid(65534)) if os.getuid() == 0 else None
child = subprocess.Popen(marked[:1], stdin=subprocess.PIPE, stderr=subprocess.PIPE, preexec_fn=become)
users = set()
for _ in range(20):
    with open('/proc/%d/status' % child.pid) as status:
        users |= {line.split()[2] for line in status if line.startswith('Uid')}
    time.sleep(0.001)
child.kill()
print('root' if '0' in users else 'nobody')`,
      },
      shows: /^(nobody|none here)\n$/,
      onHost: /^(root|none here)\n$/,
    }),
    refused({
      name: 'turns no_new_privs or the system call filter off',
      run: {
        python: `${pythonPrelude}
PR_SET_SECCOMP, PR_SET_NO_NEW_PRIVS, PR_GET_NO_NEW_PRIVS = 22, 38, 39
show('set', lambda: call('prctl', PR_SET_NO_NEW_PRIVS, 0, 0, 0, 0))
show('get', lambda: call('prctl', PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0))
show('mode', lambda: call('prctl', PR_SET_SECCOMP, 0, 0, 0, 0))
print([line.split()[1] for line in open('/proc/1/status') if line.startswith('Seccomp:')])`,
      },
      shows: /^set EINVAL\nget done 1\nmode EINVAL\n\['2'\]\n$/,
      // There gVisor is the filter.
      inGvisor: /^set EINVAL\nget done 1\nmode EINVAL\n\['0'\]\n$/,
    }),
    refused({
      name: 'makes a user namespace, where it would be root (unshare)',
      run: { python: `${pythonPrelude}show('user', lambda: call('unshare', ${CLONE_NEWUSER}))` },
      shows: /^user EPERM\n$/,
      // Its root is root of nothing but what is gVisor's own; on the host nothing becomes of it.
      inGvisor: /^user (done 0|EPERM)\n$/,
      onHost: /^user done 0\n$/,
    }),
    refused({
      name: 'makes a user namespace for a child (clone)',
      run: {
        python: `${pythonPrelude}
import platform, signal
number = 220 if platform.machine() == 'aarch64' else 56
def clone(flags):
    child = syscall(number, flags | signal.SIGCHLD, 0, 0, 0, 0)
    if child == 0:
        os._exit(0)
    return os.waitpid(child, 0)[1]
show('user', lambda: clone(${CLONE_NEWUSER}))
show('plain', lambda: clone(0))`,
      },
      shows: /^user ENOSYS\nplain done 0\n$/,
      inGvisor: /^user (done 0|EPERM)\nplain done 0\n$/,
      onHost: /^user done 0\nplain done 0\n$/,
    }),
    {
      name: 'takes the processor from all others (real time, negative nice)',
      needsPython: true,
      async make(arena) {
        const haste = {
          python: `${pythonPrelude}
show('fifo', lambda: os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1)))
show('nice', lambda: os.setpriority(os.PRIO_PROCESS, 0, -20))
show('batch', lambda: os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0)))
show('patient', lambda: os.setpriority(os.PRIO_PROCESS, 0, 5))`,
        }
        // In gVisor there is one class of processes, and the figure is of no meaning.
        const shows = arena.inGvisor
          ? /^fifo E(INVAL|PERM)\nnice .*\nbatch EINVAL\npatient done None\n$/
          : /^fifo EPERM\nnice (EACCES|EPERM)\nbatch done None\npatient done None\n$/
        assert.match((await arena.run(haste)).stdout, shows)
        for (const { pid, nice } of await arena.processesInside())
          assert.ok(nice >= os.getPriority(), `${pid} ${nice}`)
        assert.match((await runOnHost(haste)).stdout, /^nice done None$/m)
      },
    },
    refused({
      name: 'raises its limits',
      run: {
        python: `
import resource
for name in ['NOFILE', 'MEMLOCK', 'SIGPENDING', 'NICE', 'RTPRIO']:
    kind = getattr(resource, 'RLIMIT_' + name)
    soft, hard = resource.getrlimit(kind)
    try:
        resource.setrlimit(kind, (hard + 1, hard + 1))
        print(name, 'done')
    except (ValueError, OSError):
        print(name, hard)`,
      },
      shows: /^NOFILE 1024\nMEMLOCK 65536\nSIGPENDING 1024\nNICE 0\nRTPRIO 0\n$/,
    }),
    {
      name: 'runs as the user that another environment runs as',
      async make(arena) {
        await arena.answers()
        const { first, perSandbox } = hostUsers
        const ranges = new Map<string, Set<number>>()
        for (const { sandbox, user } of await arena.processesInside()) {
          // Never one that anybody on the host is.
          assert.ok(user >= first)
          const range = Math.floor((user - first) / perSandbox)
          ranges.set(sandbox, (ranges.get(sandbox) ?? new Set()).add(range))
        }
        assert.ok(ranges.size >= 2)
        const all = [...ranges.values()].flatMap((each) => [...each])
        assert.equal(new Set(all).size, ranges.size)
        assert.equal(all.length, ranges.size)
      },
    },
  ],
}
