/** Reading what is the host's or another's, and writing anywhere but in /tmp. */
import assert from 'node:assert/strict'
import path from 'node:path'
import type { Group } from '../attempt.ts'
import { pythonPrelude, refused } from '../attempt.ts'

const openWays = `${pythonPrelude}
def tries(paths, flags):
    for path in paths:
        show(path, lambda: os.close(os.open(path, flags)))
`

export const files: Group = {
  title: 'files',
  attempts: [
    refused({
      name: 'reads the passwords of the host',
      run: { sh: 'cat /etc/shadow >/dev/null && echo read; grep -c . /etc/passwd' },
      // Its own /etc/passwd has three lines.
      shows: /^3\n.*\/etc\/shadow: No such file or directory\n$/s,
      onHost: /^read$/m,
    }),
    refused({
      name: 'reads the data directory and the key of the server',
      run: ({ server }) => ({
        sh: 'find "$1" -maxdepth 1; cat "$2" | wc -c',
        args: [server.dataDirectory, path.join(server.dataDirectory, 'key')],
      }),
      shows: /^0\n(.*No such file or directory\n){2}$/,
      onHost: /\/key$[^]*^[1-9]\d*$/m,
    }),
    refused({
      name: 'reads the bundles and roots of other sandboxes',
      run: { sh: 'find /run/lambdad -maxdepth 0 && echo there' },
      shows: /No such file or directory/,
      onHost: /^there$/m,
    }),
    refused({
      name: 'climbs above its root by ..',
      run: {
        sh: `cd /var/task && for up in / ../../../../../../.. /proc/self/root /proc/1/root /proc/1/cwd/../../..; do
          find -L $up -maxdepth 0 -printf '%D:%i\\n'; done | sort -u | wc -l
          for name in /home /root /boot /srv /sys /run; do [ -e $name ] && echo $name; done`,
      },
      shows: /^1\n$/,
      // It has a /sys of its own, and hides where process 1 is.
      inGvisor: /^1\n\/sys\n(find: \S+: Permission denied\n)*$/,
    }),
    refused({
      name: 'reads the host through a symbolic link',
      run: {
        sh: 'way=$(mktemp -u) && ln -s /proc/self/root/etc/shadow $way && cat $way >/dev/null && echo read; rm $way',
      },
      shows: /^cat: \S+: No such file or directory$/m,
      onHost: /^read$/m,
    }),
    refused({
      name: 'writes outside of /tmp',
      run: {
        python: `${openWays}
places = '/ /etc /etc/ssl/certs /usr/bin /usr/lib /var /var/task /var/lang /var/runtime /dev /proc /proc/acpi /opt'
tries([place + '/x' for place in places.split()], os.O_CREAT | os.O_WRONLY)
tries(['/etc/passwd', '/etc/resolv.conf', '/usr/bin/env', '/var/task/index.js'], os.O_WRONLY)
tries(['/tmp/x'], os.O_CREAT | os.O_WRONLY)`,
      },
      shows: /^(\S+ (EROFS|EACCES|ENOENT|EPERM)\n){17}\/tmp\/x done None\n$/,
    }),
    refused({
      name: 'writes to its code through a descriptor that is open for reading',
      run: {
        python: `${openWays}
fd = os.open('/var/task/index.js', os.O_RDONLY)
tries(['/proc/self/fd/%d' % fd], os.O_RDWR)
own = os.open('/tmp/own', os.O_CREAT | os.O_RDONLY)
tries(['/proc/self/fd/%d' % own], os.O_RDWR)`,
      },
      shows: /^\S+ (EROFS|EACCES)\n\S+ done None\n$/,
    }),
    refused({
      name: 'overwrites the program it runs in (/proc/self/exe)',
      run: { python: `${openWays}tries(['/proc/1/exe', '/proc/self/exe'], os.O_WRONLY)` },
      shows: /^\S+ (EROFS|ETXTBSY|EACCES)\n\S+ (EROFS|ETXTBSY|EACCES)\n$/,
    }),
    refused({
      name: 'links a program of the host into /tmp',
      run: {
        python: `${pythonPrelude}
show('link', lambda: os.link('/usr/bin/env', '/tmp/linked'))
open('/tmp/own', 'w').close()
show('own', lambda: os.link('/tmp/own', '/tmp/other'))`,
      },
      shows: /^link (EXDEV|EPERM)\nown done None\n$/,
    }),
    refused({
      name: 'changes mode and owner of devices it shares with the host',
      run: {
        python: `${pythonPrelude}
for name in ['null', 'zero', 'urandom']:
    show('mode', lambda: os.chmod('/dev/' + name, 0o600))
    show('owner', lambda: os.chown('/dev/' + name, 993, 990))`,
      },
      shows: /^((mode|owner) (EPERM|EROFS)\n){6}$/,
    }),
    refused({
      name: 'makes devices',
      run: {
        python: `${pythonPrelude}
import stat, tempfile
place = tempfile.mkdtemp()
show('memory', lambda: os.mknod(place + '/mem', stat.S_IFCHR | 0o600, os.makedev(1, 1)))
show('disk', lambda: os.mknod(place + '/disk', stat.S_IFBLK | 0o600, os.makedev(254, 0)))
show('pipe', lambda: os.mkfifo(place + '/pipe'))`,
      },
      shows: /^memory EPERM\ndisk EPERM\npipe done None\n$/,
      onHost: /^memory done None\ndisk done None\npipe done None\n$/,
    }),
    refused({
      name: 'opens devices of the host',
      run: {
        python: `${openWays}
names = 'mem kmem port kmsg sda vda nvme0n1 loop-control loop0 fuse kvm net/tun ptmx pts/0 shm mqueue vhost-vsock'
tries(['/dev/' + name for name in names.split()], os.O_RDONLY)
tries(['/dev/null'], os.O_RDWR)`,
      },
      shows: /^(\S+ ENOENT\n){17}\/dev\/null done None\n$/,
      // What there is, is its own.
      inGvisor:
        /^(\/dev\/(fuse|ptmx|shm) (done None|ENOENT|EACCES)\n|\S+ ENOENT\n){17}\/dev\/null done None\n$/,
      onHost: /^\/dev\/kmsg done None$/m,
    }),
    {
      name: 'leaves files and links for the next environment of the same function',
      async make(arena) {
        const leave = 'echo left >/tmp/left && ln -sfn /etc /tmp/task; '
        const look = { sh: 'cat /tmp/left; readlink /tmp/task' }
        assert.equal((await arena.run({ sh: leave + look.sh })).stdout, 'left\n/etc\n')
        const ended = await arena.invoke('attacker', { node: 'process.exit(0)' })
        assert.match(ended.text, /Runtime\.ExitError/)
        const { stdout, stderr } = await arena.run(look)
        assert.equal(stdout, '')
        assert.match(stderr, /left: No such file/)
      },
    },
  ],
}
