/** Changing what is mounted where. On the host the same code runs in a mount namespace of its own. */
import type { Group } from '../attempt.ts'
import { pythonPrelude, refused } from '../attempt.ts'

const prelude = `${pythonPrelude}
import tempfile
place = tempfile.mkdtemp().encode()
MS_REMOUNT, MS_BIND, MNT_DETACH = 32, 4096, 2
def mount(source, target, kind, flags, data=None):
    return call('mount', source, target, kind, ctypes.c_ulong(flags), data)
`

export const mounts: Group = {
  title: 'mounts',
  attempts: [
    refused({
      name: 'finds a mount that is writable, or on which set-user-id bits or devices count',
      run: {
        python: `
import os, stat
weak, seen = [], []
for line in open('/proc/self/mountinfo'):
    place, options = line.split()[4:6]
    seen.append(place)
    wanted = {'ro', 'nosuid', 'nodev'}
    if stat.S_ISCHR(os.stat(place).st_mode):
        # A device of its own: null and its like, and null again over what is hidden.
        continue
    if place == '/':
        # Nothing lies in it but directories, links and a few texts of ours.
        wanted = {'ro'}
    elif place in ['/tmp', '/proc']:
        wanted = {'nosuid', 'nodev'}
    elif place == '/dev':
        wanted = {'nosuid', 'noexec'}
    elif place.startswith('/proc/'):
        wanted = {'ro'}
    if not wanted <= set(options.split(',')):
        weak.append((place, options))
print(weak, '/var/task' in seen, '/tmp' in seen)`,
      },
      shows: /^\[\] True True\n$/,
      // All of them are its own, with those of the host's files read-only; its list tells little more.
      inGvisor:
        /^\[(\('(\/(tmp|sys|dev|dev\/pts|proc)', 'rw[^']*|\/[^']+', 'ro(,[^']*)?)'\)(, )?)+\] True True\n$/,
      onHost: /^\[\(.*\] False/,
    }),
    refused({
      name: 'mounts a file system',
      run: { python: `${prelude}show('mount', lambda: mount(b'none', place, b'tmpfs', 0))` },
      shows: /^mount EPERM$/m,
      onHost: /^mount done 0$/m,
    }),
    refused({
      name: 'mounts /proc anew, without masks',
      run: { python: `${prelude}show('mount', lambda: mount(b'proc', place, b'proc', 0))` },
      shows: /^mount EPERM$/m,
      onHost: /^mount done 0$/m,
    }),
    refused({
      name: 'mounts a control group hierarchy, to name a release agent in it',
      // On the host it would be a hierarchy for all; what it shows there, `mounts a file system` does.
      run: { python: `${prelude}show('mount', lambda: mount(b'c', place, b'cgroup', 0, b'rdma'))` },
      shows: /^mount EPERM$/m,
    }),
    refused({
      name: 'binds a directory of its own over programs',
      run: {
        python: `${prelude}
show('bind', lambda: mount(place, b'/usr/bin', None, MS_BIND))
show('unmount', lambda: call('umount2', b'/usr/bin', MNT_DETACH))`,
      },
      shows: /^bind EPERM\nunmount EPERM$/m,
      onHost: /^bind done 0\nunmount done 0$/m,
    }),
    refused({
      name: 'makes its root writable',
      run: {
        python: `${prelude}
show('remount', lambda: mount(None, b'/', None, MS_REMOUNT | MS_BIND))`,
      },
      shows: /^remount EPERM$/m,
      onHost: /^remount done 0$/m,
    }),
    refused({
      name: 'unmounts what hides /proc/keys',
      run: {
        python: `${prelude}show('unmount', lambda: call('umount2', b'/proc/keys', MNT_DETACH))`,
      },
      shows: /^unmount EPERM$/m,
      // Not a mount there: it is asked nevertheless.
      onHost: /^unmount EINVAL$/m,
    }),
    refused({
      name: 'clones its mount tree (open_tree)',
      run: {
        python: `${prelude}
root = ctypes.create_string_buffer(b'/')
show('clone', lambda: syscall(428, -100, ctypes.addressof(root), 1) > 0)`,
      },
      shows: /^clone EPERM$/m,
      inGvisor: /^clone ENOSYS$/m,
      onHost: /^clone done True$/m,
    }),
    refused({
      name: 'makes a file system by the new mount API (fsopen)',
      run: {
        python: `${prelude}
kind = ctypes.create_string_buffer(b'tmpfs')
show('open', lambda: syscall(430, ctypes.addressof(kind), 0) > 0)`,
      },
      shows: /^open EPERM$/m,
      inGvisor: /^open ENOSYS$/m,
      onHost: /^open done True$/m,
    }),
    refused({
      name: 'changes its root directory (chroot), to climb out of it',
      run: { python: `${prelude}show('chroot', lambda: call('chroot', place))` },
      shows: /^chroot EPERM$/m,
      onHost: /^chroot done 0$/m,
    }),
    refused({
      name: 'makes a mount namespace',
      run: {
        python: `${prelude}
show('unshare', lambda: call('unshare', 0x20000))
show('mount', lambda: mount(b'none', place, b'tmpfs', 0))`,
      },
      shows: /^unshare EPERM\nmount EPERM$/m,
      // Some make one for the asking, in which nothing can be mounted either.
      inGvisor: /^unshare (done 0|EPERM)\nmount EPERM$/m,
      onHost: /^unshare done 0\nmount done 0$/m,
    }),
    refused({
      name: 'mounts as root of a user namespace of its own',
      run: {
        sh: 'LC_ALL=C unshare --user --mount --map-root-user mount -t tmpfs none /tmp && echo mounted',
      },
      shows: /^unshare: unshare failed: Operation not permitted$/m,
      // Where it may, it mounts in gVisor's own file system, which nobody else sees.
      inGvisor: /^(mounted|unshare: .*: Operation not permitted)$/m,
      onHost: /^mounted$/m,
    }),
    refused({
      name: 'enters the namespaces of another process',
      run: {
        python: `${prelude}
for kind in ['mnt', 'pid', 'net', 'ipc', 'uts', 'cgroup']:
    show(kind, lambda: call('setns', os.open('/proc/%d/ns/%s' % (os.getppid(), kind), os.O_RDONLY), 0))`,
      },
      shows: /^mnt EPERM\npid EPERM\nnet EPERM\nipc EPERM\nuts EPERM\ncgroup EPERM$/m,
      inGvisor: /^((mnt|pid|net|ipc|uts|cgroup) (ENOENT|ENOTSUP|EACCES|EPERM)\n){6}$/m,
      onHost: /^mnt done 0\npid done 0\nnet done 0\nipc done 0\nuts done 0\ncgroup done 0$/m,
    }),
  ],
}
