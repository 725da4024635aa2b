/** What each probe makes of what it finds. That they look at the right things, cli/commands/doctor.test.ts tells. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Finding } from '../../kernel/reports.ts'
import { SandboxStartError } from '../sandbox.ts'
import { controlGroupsFinding } from './control-groups.ts'
import { findingOf } from './io-weight.ts'
import { addressesFinding } from './network.ts'
import { crunFinding, runcFinding, runscFinding } from './oci-runtimes.ts'
import {
  type System,
  linuxFinding,
  privilegesFinding,
  readSystem,
  systemCallsFinding,
} from './system.ts'
import { tmpDisksFinding } from './tmp-disks.ts'
import { namespacesFinding } from './user-namespaces.ts'

function shape({ state, needed, mend }: Finding): [Finding['state'], boolean, string | undefined] {
  return [state, needed, mend]
}

const system: System = {
  platform: 'linux',
  release: '6.1.0-13-amd64',
  isRoot: true,
  mayMount: true,
  hasSudo: false,
}

describe('the system', () => {
  it('is a Linux, and a new enough one', () => {
    assert.equal(linuxFinding(system).state, 'ok')
    assert.equal(linuxFinding({ ...system, release: '5.10.0' }).state, 'ok')
    assert.equal(linuxFinding({ ...system, release: '5.4.0' }).state, 'degraded')
    assert.equal(linuxFinding({ ...system, platform: 'darwin' }).state, 'missing')
  })

  it('lets the server mount, itself or through sudo', () => {
    assert.equal(privilegesFinding(system).state, 'ok')
    const user = { ...system, isRoot: false, mayMount: false }
    assert.equal(privilegesFinding({ ...user, hasSudo: true }).state, 'ok')
    assert.match(privilegesFinding(user).mend ?? '', /^su -c "lambdad start"/)
    const contained = privilegesFinding({ ...system, mayMount: false })
    assert.deepEqual([contained.state, contained.needed], ['missing', true])
    assert.match(contained.mend ?? '', /^docker run --privileged/)
  })

  it('is read from the kernel', async () => {
    const { platform, isRoot, mayMount } = await readSystem()
    assert.equal(platform, process.platform)
    assert.equal(isRoot, process.getuid?.() === 0)
    assert.ok(isRoot || !mayMount)
  })

  it('has a Node.js that calls the C library', () => {
    assert.equal(systemCallsFinding(true).state, 'ok')
    assert.deepEqual(shape(systemCallsFinding(false)).slice(0, 2), ['missing', true])
  })
})

describe('control groups', () => {
  const own = '/user.slice/x'
  const v1 = { memory: '/m', cpu: '/c', pids: '/p', freezer: '/f', others: [] }

  it('are of version 2, of version 1, or of both', () => {
    const offered = new Map([['/sys/fs/cgroup', ['cpu', 'memory', 'pids']]])
    const layout = { version: 2, mountPoint: '/sys/fs/cgroup', own } as const
    const second = controlGroupsFinding({ layout, offered })
    assert.deepEqual(
      [second.state, second.found],
      ['ok', 'version 2 at /sys/fs/cgroup: cpu, memory, pids'],
    )
    const first = { version: 1, ...v1 } as const
    assert.match(controlGroupsFinding({ layout: first, offered: new Map() }).found, /^version 1: /)
    const hybrid = new Map([['/sys/fs/cgroup/unified', ['']]])
    const both = controlGroupsFinding({ layout: first, offered: hybrid })
    assert.match(both.found, /: hybrid$/)
    assert.match(both.meaning, /`lambdad start` hides \/sys\/fs\/cgroup\/unified from crun/)
  })

  it('can be of no use, each case with its remedy', () => {
    const layout = { version: 0, reason: 'because' } as const
    const none = controlGroupsFinding({ layout, offered: new Map() })
    assert.deepEqual([none.state, none.needed, none.found], ['missing', true, 'because'])
    assert.match(none.mend ?? '', /mount -t cgroup2 none \/sys\/fs\/cgroup/)
    const off = controlGroupsFinding({ layout, offered: new Map([['/sys/fs/cgroup', ['cpu']]]) })
    assert.match(off.mend ?? '', /^add cgroup_enable=memory to the kernel command line/)
  })
})

describe('shares of disks', () => {
  it('are no must: given out by some schedulers, where the kernel can', () => {
    assert.deepEqual(shape(findingOf([], false)), ['missing', false, undefined])
    assert.deepEqual(shape(findingOf(['sda'], false)), ['degraded', false, undefined])
    const shared = findingOf(['sda', 'sdb'], true)
    assert.deepEqual([shared.state, shared.found], ['ok', 'sda, sdb, by weight'])
  })
})

describe('OCI runtimes', () => {
  // As they print it.
  const crun = {
    path: '/usr/bin/crun',
    said: 'crun version 1.14.1\ncommit: x\n+SYSTEMD +SELINUX +CAP +SECCOMP +EBPF +YAJL\n',
  }
  const runc = { path: '/usr/sbin/runc', said: 'runc version 1.1.5+ds1\nspec: 1.0.2-dev\n' }

  it('need crun, with its filter of system calls', () => {
    const good = crunFinding(crun, 'apt-get install crun')
    assert.deepEqual([good.state, good.found], ['ok', '1.14.1, /usr/bin/crun'])
    const none = crunFinding(undefined, 'apt-get install crun')
    assert.deepEqual(shape(none), ['missing', true, 'apt-get install crun'])
    const said = crun.said.replace(' +SECCOMP', '')
    const open = crunFinding({ ...crun, said }, 'apt-get install crun')
    assert.deepEqual(shape(open).slice(0, 2), ['missing', true])
    assert.equal(open.found, '1.14.1, /usr/bin/crun, built without seccomp')
  })

  it('take runc where there is cgroup v1, and lack nothing without it', () => {
    assert.deepEqual(shape(runcFinding(runc, 1)), ['ok', false, undefined])
    assert.equal(runcFinding(runc, 1).found, '1.1.5+ds1, /usr/sbin/runc')
    assert.deepEqual(shape(runcFinding(runc, 2)), ['degraded', false, undefined])
    assert.deepEqual(shape(runcFinding(undefined, 1)), ['missing', false, undefined])
    assert.deepEqual(shape(runscFinding(undefined)), ['missing', false, undefined])
  })
})

describe('user namespaces', () => {
  it('are for all, for root alone or for nobody', () => {
    assert.equal(namespacesFinding('all', true, []).state, 'ok')
    const setting = { name: 'kernel.unprivileged_userns_clone', allows: '1' }
    const root = namespacesFinding('root', true, [setting])
    assert.equal(root.state, 'degraded')
    assert.match(root.mend ?? '', /sysctl -w kernel\.unprivileged_userns_clone=1$/)
    const none = namespacesFinding('none', true, [])
    assert.deepEqual([none.state, none.needed], ['missing', true])
    assert.match(none.mend ?? '', /CONFIG_USER_NS/)
  })
})

describe('/tmp on disk', () => {
  it('is no must, and says what to do', async () => {
    assert.deepEqual(shape(await tmpDisksFinding(undefined)), ['ok', false, undefined])
    const remedies = {
      'mke2fs is not installed. Install it': /install e2fsprogs$/,
      'there is no /dev/loop-control. Load the module (modprobe loop)': /modprobe loop$/,
      '/run is in memory itself. Put': /^lambdad start --data-dir DIRECTORY$/,
    }
    for (const [why, remedy] of Object.entries(remedies)) {
      const { state, found, mend } = await tmpDisksFinding(why)
      assert.deepEqual([state, found], ['degraded', why])
      assert.match(mend ?? '', remedy)
    }
    assert.equal((await tmpDisksFinding('EPERM. Allow it')).mend, undefined)
  })
})

describe('addresses', () => {
  it('are free, or are not', () => {
    assert.equal(addressesFinding(() => '198.18.0.0/16').found, '198.18.0.0/16 is free')
    const none = addressesFinding(() => {
      throw new SandboxStartError('routes everywhere')
    })
    assert.deepEqual(shape(none), ['missing', true, 'lambdad start --network host-only'])
    assert.equal(none.found, 'routes everywhere')
  })
})
