/** Seeing, signalling and reading the processes of others. */
import assert from 'node:assert/strict'
import type { Group } from '../attempt.ts'
import { pythonPrelude, refused } from '../attempt.ts'
import { neighbourSecret, serverSecret } from '../arena.ts'

export const processes: Group = {
  title: 'processes',
  attempts: [
    refused({
      name: 'sees processes of the host',
      run: ({ server }) => ({
        python: `
import os, sys
def command(pid):
    try:
        return open('/proc/%s/cmdline' % pid).read()
    except OSError:
        return ''
pids = [name for name in os.listdir('/proc') if name.isdigit()]
commands = list(map(command, pids))
print(sys.argv[1] in pids, '1' in pids, len(pids) <= 4, any('src/cli/' + 'main.ts' in c for c in commands))`,
        args: [String(server.pid)],
      }),
      shows: /^False True True False\n$/,
      onHost: /^True True False True\n$/,
    }),
    refused({
      name: "reads the server's and the neighbour's environment out of /proc",
      run: {
        // Both secrets stand here in two pieces, or it would find itself.
        python: `
import glob
found = set()
for path in glob.glob('/proc/[0-9]*/environ') + glob.glob('/proc/[0-9]*/task/*/environ'):
    try:
        text = open(path, 'rb').read()
    except OSError:
        continue
    for secret in [b'${serverSecret.slice(0, 6)}' + b'${serverSecret.slice(6)}', b'${neighbourSecret.slice(0, 6)}' + b'${neighbourSecret.slice(6)}', b'AWS_LAMBDA_FUNCTION_NAME=attacker']:
        if secret in text:
            found.add(secret.decode())
print(sorted(found))`,
      },
      shows: /^\['AWS_LAMBDA_FUNCTION_NAME=attacker'\]\n$/,
      onHost: new RegExp(`'${serverSecret}'`),
    }),
    refused({
      name: 'signals the server, and whoever else it can reach',
      run: ({ server }) => ({
        python: `${pythonPrelude}
import sys
server = int(sys.argv[1])
show('server', lambda: os.kill(server, 0))
def threads(process):
    try:
        return [int(name) for name in os.listdir('/proc/%s/task' % process)]
    except FileNotFoundError:
        # It has just ended.
        return []
def seen():
    processes = [name for name in os.listdir('/proc') if name.isdigit()]
    return set(int(name) for name in processes) | set(t for p in processes for t in threads(p))
own = seen()
reached = set()
for pid in range(max(2, server - 10_000), server + 10_000):
    try:
        os.kill(pid, 0)
        reached.add(pid)
    except ProcessLookupError:
        pass
own |= seen()
show('own', lambda: os.kill(os.getpid(), 0))
print(reached <= own)`,
        args: [String(server.pid)],
      }),
      shows: /^server ESRCH\nown done None\nTrue\n$/,
      onHost: /^server done None$/m,
    }),
    refused({
      name: "reads and writes the server's memory (/proc/pid/mem), its files and its descriptors",
      run: ({ server }) => ({
        python: `${pythonPrelude}
import sys
for name in ['mem', 'root', 'cwd', 'fd/1', 'maps']:
    show(name, lambda: os.close(os.open('/proc/' + sys.argv[1] + '/' + name, os.O_RDONLY)))`,
        args: [String(server.pid)],
      }),
      shows: /^(\S+ ENOENT\n){5}$/,
      onHost: /^mem done None\nroot done None\ncwd done None$/m,
    }),
    {
      name: 'kills process 1 and everything it can',
      async make(arena) {
        const born = { sh: "cut -d ' ' -f 22 /proc/1/stat" }
        const before = await arena.run(born)
        const killing = { sh: 'sleep 1000 & kill -KILL 1; kill -KILL -1; wait $!; echo $?' }
        if (arena.inGvisor) {
          // There it can end its own environment, as others can by leaving; and nothing else.
          const { text } = await arena.invoke('attacker', killing)
          assert.match(text, /Runtime exited with error: signal: killed/)
          assert.notEqual((await arena.run(born)).stdout, '')
          return
        }
        const killed = await arena.run(killing)
        // Its own it may kill. Process 1 of a pid namespace takes no signal from inside that would end it.
        assert.match(killed.stdout, /^137\n$/)
        assert.equal((await arena.run(born)).stdout, before.stdout)
      },
    },
    {
      name: 'leaves a daemon behind, in a session of its own',
      async make(arena) {
        const { stdout } = await arena.run({ sh: 'setsid sleep 86399 >/dev/null 2>&1 & echo $!' })
        assert.match(stdout, /^\d+\n$/)
        const running = await arena.run({ sh: 'cat /proc/[0-9]*/cmdline | tr "\\0" " "' })
        assert.match(running.stdout, /sleep 86399/)
        // It dies with its environment.
        await arena.invoke('attacker', { node: 'process.exit(0)' })
        const after = await arena.run({ sh: 'cat /proc/[0-9]*/cmdline | tr "\\0" " "' })
        assert.doesNotMatch(after.stdout, /sleep 86399/)
      },
    },
  ],
}
