/** Descriptors: what is inherited, and what can be reached through it. */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { execFileSync } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import type { Group } from '../attempt.ts'
import { pythonPrelude, refused } from '../attempt.ts'

/** `fd target` of the runtime's process, which has opened some of its own since. */
const listed = `
  const { readdirSync, readlinkSync } = require('node:fs')
  return readdirSync('/proc/self/fd').flatMap((fd) => {
    try { return [[Number(fd), readlinkSync('/proc/self/fd/' + fd)]] } catch { return [] }
  })`

export const descriptors: Group = {
  title: 'descriptors',
  attempts: [
    {
      name: 'inherits a descriptor that it was not given',
      async make(arena) {
        const invoked = await arena.invoke('attacker', { node: listed })
        const found = JSON.parse(invoked.text) as [number, string][]
        if (arena.inGvisor) {
          // Whatever is not one of the three streams is made by gVisor, or the connection to the Runtime API.
          const connections = found.filter(([, target]) => target.startsWith('socket:'))
          assert.equal(connections.length, 1)
          for (const [fd, target] of found)
            assert.match(
              target,
              fd <= 2 ? /^host:\[\d+\]$/ : /^(socket:|pipe:|anon_inode:|\/dev\/null$)/,
            )
          return
        }
        // Standard input, output and error, and the Runtime API; all else is Node.js's own machinery.
        const given = found.filter(([fd]) => fd <= 3)
        assert.deepEqual(
          given.map(([fd]) => fd),
          [0, 1, 2, 3],
        )
        for (const [, target] of given) assert.match(target, /^(socket:|pipe:|\/dev\/null$)/)
        for (const [fd, target] of found)
          if (fd > 3)
            assert.match(
              target,
              /^(anon_inode:\[(eventpoll|eventfd|io_uring)\]|pipe:\[\d+\]|\/dev\/null)$/,
            )
      },
    },
    refused({
      name: 'looks out through a leaked directory (/proc/self/fd/N/../..)',
      run: {
        python: `
import os
root = os.stat('/')
outside = []
for pid in ['self', '1']:
    for fd in os.listdir('/proc/%s/fd' % pid) + ['cwd']:
        way = '/proc/%s/%s' % (pid, fd if fd == 'cwd' else 'fd/' + fd)
        try:
            up = os.stat(way + '/../../../../../..')
        except OSError:
            continue
        if (up.st_dev, up.st_ino) != (root.st_dev, root.st_ino):
            outside.append(way)
print(outside, os.readlink('/proc/self/cwd'))`,
      },
      shows: /^\[\] \/var\/task\n$/,
    }),
    {
      name: 'passes descriptors to the server until it has no more (SCM_RIGHTS)',
      process: true,
      needsPython: true,
      async make(arena) {
        const before = await arena.openFiles()
        const send = `${pythonPrelude}
import array, socket, time
sender = socket.socket(fileno=3)
files = array.array('i', [os.open('/dev/null', os.O_RDONLY) for _ in range(200)])
for _ in range(20):
    ping = b'GET /2018-06-01/ping HTTP/1.1\\r\\n\\r\\n'
    show('sent', lambda: sender.sendmsg([ping], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, files)]))
    time.sleep(0.001)`
        const { log } = await arena.invoke('attacker', {
          // Answers come that Node.js did not ask for: that is the end of this environment.
          node: `
            const { spawnSync } = require('node:child_process')
            spawnSync('/usr/bin/python3', ['-c', args[0]], { stdio: ['ignore', 1, 2, 3] })
            process.exit(0)`,
          args: [send],
        })
        if (arena.inGvisor) {
          // Its connection is one of TCP, which takes none.
          assert.match(log.join('\n'), /Socket operation on non-socket/)
          return
        }
        // So many may be under way at once; those that arrive are dropped.
        const sent = log.filter((line) => /^sent (done 33|ETOOMANYREFS)$/.test(line.trim()))
        assert.equal(sent.length, 20, log.join('\n'))
        assert.match(sent.join(''), /done/)
        await arena.answers()
        assert.ok((await arena.openFiles()) < before + 50)
      },
    },
    {
      name: 'has the OCI runtime run itself inside, to overwrite it (#!/proc/self/exe)',
      async make(arena) {
        const program = execFileSync('/bin/sh', ['-c', `command -v ${arena.level.name}`], {
          encoding: 'utf8',
        }).trim()
        const hash = async () =>
          createHash('sha256')
            .update(await readFile(program))
            .digest('hex')
        const before = await hash()
        await arena.deploy({
          FunctionName: 'itself',
          Runtime: 'provided.al2023',
          files: { bootstrap: '#!/proc/self/exe --version\n' },
        })
        const invoked = await arena.invoke('itself')
        assert.match(invoked.text, /Runtime\.(ExitError|InvalidEntrypoint)/)
        assert.equal(await hash(), before)
      },
    },
  ],
}
