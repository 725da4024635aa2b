/** Telling the kernel something, and hearing from it what is nobody's business inside. */
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import type { Group } from '../attempt.ts'
import { pythonPrelude, refused } from '../attempt.ts'
import { runOnHost } from '../arena.ts'

export const kernel: Group = {
  title: 'the kernel',
  attempts: [
    refused({
      name: 'writes kernel parameters (core_pattern, hostname, drop_caches, all of /proc/sys)',
      run: {
        python: `
import os
found, opened = 0, []
for directory, _, names in os.walk('/proc/sys'):
    for name in names:
        found += 1
        try:
            os.close(os.open(directory + '/' + name, os.O_WRONLY))
            opened.append(name)
        except OSError:
            pass
print(found > 100, 'core_pattern' in opened, len(opened) > 0)`,
      },
      shows: /^True False False\n$/,
      // It has few.
      inGvisor: /^False False False\n$/,
      onHost: /^True True True\n$/,
    }),
    refused({
      name: 'reboots through /proc/sysrq-trigger',
      run: {
        python: `${pythonPrelude}
show('sysrq', lambda: os.open('/proc/sysrq-trigger', os.O_WRONLY) > 0)
show('own', lambda: os.open('/proc/self/comm', os.O_WRONLY) > 0)`,
      },
      // Kernels without CONFIG_MAGIC_SYSRQ do not have it.
      shows: /^sysrq (EROFS|EACCES|ENOENT)\nown done True\n$/,
      onHost: /^sysrq (done True|ENOENT)$/m,
    }),
    refused({
      name: 'reads what tells of the host: its devices, interrupts, symbols, keys, boot, pressure',
      run: {
        python: `
import os
names = '''interrupts keys timer_list sched_debug kallsyms modules cmdline config.gz diskstats partitions softirqs
zoneinfo buddyinfo iomem ioports key-users devices misc schedstat swaps consoles'''
told = []
for name in names.split():
    try:
        if open('/proc/' + name, 'rb').read(1):
            told.append(name)
    except OSError:
        pass
for name in ['acpi', 'bus', 'driver', 'fs', 'irq', 'pressure', 'scsi']:
    if os.path.isdir('/proc/' + name):
        told += os.listdir('/proc/' + name)
print(told, len(open('/proc/stat').read()) > 0)
if 'cmdline' in told:
    print(open('/proc/cmdline').read())`,
      },
      shows: /^\[\] True\n$/,
      // What it tells is its own.
      inGvisor: /^\['cmdline'(, 'devices')?\] True\nBOOT_IMAGE=\/vmlinuz-\S+-gvisor quiet\n\n$/,
      onHost: /^\['interrupts', .*\] True\n/,
    }),
    refused({
      name: 'reads kernel memory and the kernel log',
      run: {
        python: `${pythonPrelude}
for path in ['/proc/kcore', '/proc/kmsg', '/dev/kmsg', '/dev/mem', '/proc/kpagecount', '/proc/slabinfo']:
    show(path, lambda: len(os.read(os.open(path, os.O_RDONLY | os.O_NONBLOCK), 1)))`,
      },
      // What is hidden reads as empty; what is not there is ENOENT.
      shows: /^(\S+ (ENOENT|EPERM|EACCES|done 0)\n){6}$/,
      onHost: /^\/proc\/slabinfo done 1$/m,
    }),
    refused({
      name: 'finds /sys, to read devices or to change them',
      run: {
        python: `${pythonPrelude}
for name in ['', 'block', 'bus/pci/devices', 'class/net', 'class/dmi']:
    show(name, lambda: len(os.listdir('/sys/' + name)))
written = []
for directory, _, names in os.walk('/sys', followlinks=False):
    for name in names:
        try:
            os.close(os.open(directory + '/' + name, os.O_WRONLY))
            written.append(name)
        except OSError:
            pass
print(written != [])`,
      },
      shows: /^ ENOENT\n(\S+ ENOENT\n){4}False\n$/,
      // One of its own: names of directories, and its own network.
      inGvisor:
        /^ done \d+\n(\S+ (ENOENT|done 0)\n){2}class\/net (ENOENT|done \d)\n\S+ ENOENT\nFalse\n$/,
      onHost: /^ done \d+\n(.*\n)*class\/net done [1-9]\d*\n(.*\n)*True\n$/,
    }),
    {
      name: 'makes another process die for its memory (oom_score_adj)',
      needsPython: true,
      async make(arena) {
        const lower = {
          python: `${pythonPrelude}
def write(value):
    with open('/proc/1/oom_score_adj', 'w') as file:
        file.write(value)
show('own', lambda: write('1000'))
show('lower', lambda: write('-500'))`,
        }
        const { stdout } = await arena.run(lower)
        // gVisor keeps the figure to itself.
        assert.match(
          stdout,
          arena.inGvisor ? /^own done None\n/ : /^own done None\nlower EACCES\n$/,
        )
        for (const { pid } of await arena.processesInside()) {
          const score = await readFile(`/proc/${pid}/oom_score_adj`, 'utf8').catch(() => '0')
          assert.ok(Number(score) >= 0, `${pid} ${score}`)
        }
        // EACCES for a root without CAP_SYS_RESOURCE, as in some containers.
        const onHost = lower.python.replace('/proc/1/', '/proc/self/')
        assert.match((await runOnHost({ python: onHost })).stdout, /^lower (done None|EACCES)$/m)
      },
    },
    refused({
      name: 'finds a control group to write to: limits, members, a release agent',
      run: {
        sh: `for place in '/ -maxdepth 3' '/sys/fs/cgroup -maxdepth 2'; do
            find $place \\( -name 'cgroup.*' -o -name release_agent -o -name memory.max \\) 2>/dev/null
          done; grep -c cgroup /proc/self/mountinfo
          cut -d: -f3 /proc/self/cgroup | sort -u`,
      },
      // A namespace of its own: it sees itself at the root.
      shows: /^0\n\/\n$/,
      inGvisor: /^0\n(\/\n)?$/,
      onHost: /cgroup\.procs/,
    }),
    {
      name: 'leaves its control groups',
      needsPython: true,
      async make(arena) {
        const leave = `${pythonPrelude}
for path in ['/sys/fs/cgroup/cgroup.procs', '/proc/1/root/sys/fs/cgroup/pids/cgroup.procs']:
    show('leave', lambda: os.open(path, os.O_WRONLY))`
        const { stdout } = await arena.run({ python: leave })
        const notThere = arena.inGvisor ? /^(leave (ENOENT|EACCES)\n){2}$/ : /^(leave ENOENT\n){2}$/
        assert.match(stdout, notThere)
        const processes = await arena.processesInside()
        assert.ok(processes.length >= 2)
        for (const { groups } of processes) {
          const memory = groups.find((line) => /:memory:/.test(line)) ?? groups[0]
          assert.match(memory ?? '', /\/lambdad-[^/]+\/[0-9a-f]{20}/)
        }
      },
    },
    {
      name: 'starts the crash reporter of the host, as root, by crashing',
      needsPython: true,
      async make(arena) {
        const crash = {
          python: `
import os, resource, signal
limit = lambda: print(resource.getrlimit(resource.RLIMIT_CORE))
limit()
resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
limit()
os.chdir('/tmp')
if os.fork() == 0:
    os.abort()
print(os.WTERMSIG(os.wait()[1]) == signal.SIGABRT, os.path.exists('/tmp/core'))`,
        }
        // One byte is the only limit at which the kernel starts nothing: see config.ts. gVisor starts nothing ever.
        const shows = arena.inGvisor
          ? /^\(1, 1\)\n\((0, 0|1, 1)\)\nTrue False\n$/
          : /^\(1, 1\)\n\(1, 1\)\nTrue False\n$/
        assert.match((await arena.run(crash)).stdout, shows)
        for (const { pid } of await arena.processesInside()) {
          const limits = await readFile(`/proc/${pid}/limits`, 'utf8').catch(() => undefined)
          assert.match(
            limits ?? 'Max core file size 1 1 ',
            /^Max core file size +1 +1 /m,
            String(pid),
          )
        }
        assert.match((await runOnHost(crash)).stdout, /^\(0, 0\)$/m)
      },
    },
  ],
}
