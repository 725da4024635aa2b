/**
 * The disk of the host, by way of /tmp: filling it, keeping it busy, and getting at what is below the file system.
 * Every flood ends by a limit of the sandbox that makes it, and the neighbour answers meanwhile.
 */
import assert from 'node:assert/strict'
import type { Group } from '../attempt.ts'
import { pythonPrelude, refused } from '../attempt.ts'
import { flood, untilRefused } from './exhaustion.ts'

/** Takes half a gigabyte of its disk, again and again, with all of it synced, for some seconds. */
const writes = `
import os, time
block, written = os.urandom(1 << 20), 0
end = time.monotonic() + 6
while time.monotonic() < end:
    file = os.open('/tmp/large', os.O_CREAT | os.O_WRONLY | os.O_TRUNC)
    for number in range(500):
        written += os.write(file, block)
        if number % 32 == 0:
            os.fsync(file)
    os.close(file)
os.sync()
print('done' if written > 500 << 20 else written)`

export const disk: Group = {
  title: 'the disk',
  attempts: [
    {
      name: 'fills /tmp: its size, and its number of files',
      needsPython: true,
      async make(arena) {
        const deployment = { FunctionName: 'hoarder', MemorySize: 1024, Timeout: 60 }
        const invoked = await flood(arena, deployment, {
          python: `${untilRefused}
block = b'x' * (1 << 20)
file = open('/tmp/large', 'wb', buffering=0)
until_refused(lambda: file.write(block), 1_000)
file.truncate(0)
until_refused(lambda: os.close(os.open('/tmp/%d' % os.urandom(8).__hash__(), os.O_CREAT | os.O_WRONLY)), 200_000)`,
        })
        // The last of the blocks is cut short.
        assert.match(JSON.parse(invoked.text).stdout, /^51[23] ENOSPC\n131[01]\d\d ENOSPC\n$/)
      },
    },
    {
      name: 'writes to /tmp without end, with little memory, and has the disk sync',
      needsPython: true,
      async make(arena) {
        const deployment = { FunctionName: 'writer', MemorySize: 128, Timeout: 60 }
        const [invoked] = await Promise.all([
          flood(arena, deployment, { python: writes }),
          // What the server acknowledges is on the same disk.
          arena.deploy({ FunctionName: 'beside', MemorySize: 128 }),
        ])
        // It is not killed for memory in which the kernel keeps its files.
        assert.equal(JSON.parse(invoked.text).stdout, 'done\n', invoked.text)
      },
    },
    refused({
      name: 'takes room that others have been promised (fallocate, a sparse file of a terabyte)',
      run: {
        python: `${pythonPrelude}
file = os.open('/tmp/reserved', os.O_CREAT | os.O_RDWR)
show('a terabyte', lambda: os.posix_fallocate(file, 0, 1 << 40))
show('a gigabyte', lambda: os.posix_fallocate(file, 0, 1 << 30))
os.ftruncate(file, 0)
show('sparse', lambda: os.ftruncate(file, 1 << 40))
show('its end', lambda: os.pwrite(file, b'x', (1 << 40) - 1))
print(os.fstat(file).st_blocks < 1000)
os.unlink('/tmp/reserved')`,
      },
      shows:
        /^a terabyte (ENOSPC|EFBIG)\na gigabyte ENOSPC\nsparse done None\nits end done 1\nTrue\n$/,
      // Which does not tell of holes.
      inGvisor: /^a terabyte \w+\na gigabyte ENOSPC\nsparse done None\nits end done 1\n\w+\n$/,
    }),
    refused({
      name: 'opens the device that its /tmp is on',
      run: {
        python: `${pythonPrelude}
import stat
device, path = os.stat('/tmp').st_dev, '/tmp/device-%d' % os.getpid()
show('makes', lambda: os.mknod(path, stat.S_IFBLK | 0o600, device))
show('opens', lambda: os.close(os.open(path, os.O_RDONLY)))
if os.path.exists(path):
    os.unlink(path)
print(len([name for name in os.listdir('/dev') if name.startswith('loop')]))`,
      },
      shows: /^makes EPERM\nopens ENOENT\n0\n$/,
      onHost: /^makes done None\n/,
    }),
    refused({
      name: 'shuts the file system of its /tmp down, resizes, freezes or trims it (ioctl)',
      run: {
        python: `${pythonPrelude}
import fcntl
directory, (end, _) = os.open('/tmp', os.O_RDONLY), os.pipe()
FIONREAD = 0x541b
for name, request in dict(FIONREAD=FIONREAD, EXT4_IOC_SHUTDOWN=0x8004587d, EXT4_IOC_RESIZE_FS=0x40086610,
        FIFREEZE=0xc0045877, FITRIM=0xc0185879, FS_IOC_SETFLAGS=0x40086602, EXT4_IOC_SWAP_BOOT=0x6611).items():
    show(name, lambda: len(fcntl.ioctl(end if request == FIONREAD else directory, request, bytes(64))))`,
      },
      // The first is allowed, of a pipe: the others fail for what they are.
      shows: /^FIONREAD done 64\n(\w+ (ENOSYS|EPERM)\n){6}$/,
      inGvisor: /^FIONREAD done 64\n(\w+ (ENOTTY|EPERM)\n){6}$/,
    }),
  ],
}
