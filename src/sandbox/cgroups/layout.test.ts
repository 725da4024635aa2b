import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from '../../../test/kit/fast-check.ts'
import { cgroupLayout, v2MountPoints } from './layout.ts'

const v1Mounts = [
  '32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw,relatime shared:9 - cgroup cgroup rw,cpu,cpuacct',
  '35 31 0:32 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory',
  '37 31 0:34 / /sys/fs/cgroup/freezer rw,relatime - cgroup cgroup rw,freezer',
  '39 31 0:36 / /sys/fs/cgroup/pids rw,relatime - cgroup cgroup rw,pids',
]
const systemd = '40 31 0:37 / /sys/fs/cgroup/systemd rw - cgroup cgroup rw,name=systemd'
const v2Mount = '30 23 0:26 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate'
const allControllers = ['cpuset', 'cpu', 'io', 'memory', 'pids']

describe('cgroupLayout', () => {
  it('finds v2 and the own group', () => {
    const offered = new Map([['/sys/fs/cgroup', allControllers]])
    assert.deepEqual(cgroupLayout(v2Mount, '0::/system.slice/lambdad.service\n', offered), {
      version: 2,
      mountPoint: '/sys/fs/cgroup',
      own: '/sys/fs/cgroup/system.slice/lambdad.service',
    })
    assert.deepEqual(v2MountPoints(`${v1Mounts[0]}\n${v2Mount}\n`), ['/sys/fs/cgroup'])
  })

  it('finds v1, each controller with the own group in its hierarchy', () => {
    const own =
      '5:name=systemd:/s\n4:memory:/jobs/7\n3:pids:/\n2:cpu,cpuacct:/a\n1:freezer:/\n0::/\n'
    assert.deepEqual(cgroupLayout([...v1Mounts, systemd].join('\n'), own, new Map()), {
      version: 1,
      memory: '/sys/fs/cgroup/memory/jobs/7',
      cpu: '/sys/fs/cgroup/cpu,cpuacct/a',
      pids: '/sys/fs/cgroup/pids',
      freezer: '/sys/fs/cgroup/freezer',
      others: ['/sys/fs/cgroup/systemd/s'],
    })
  })

  it('finds where v1 counts processor time, when that is a hierarchy of its own', () => {
    const apart = [
      ...v1Mounts.slice(1),
      '32 31 0:29 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu',
      '33 31 0:30 / /sys/fs/cgroup/cpuacct rw - cgroup cgroup rw,cpuacct',
    ]
    assert.deepEqual(cgroupLayout(apart.join('\n'), '5:cpuacct:/a\n2:cpu:/a\n', new Map()), {
      version: 1,
      memory: '/sys/fs/cgroup/memory',
      cpu: '/sys/fs/cgroup/cpu/a',
      pids: '/sys/fs/cgroup/pids',
      freezer: '/sys/fs/cgroup/freezer',
      others: ['/sys/fs/cgroup/cpuacct/a'],
      cpuacct: '/sys/fs/cgroup/cpuacct/a',
    })
    // With one of these a group needs more than that it is made.
    for (const other of ['cpuset', 'blkio']) {
      const together = apart.join('\n').replace('rw,cpuacct', `rw,${other},cpuacct`)
      const layout = cgroupLayout(together, '', new Map())
      assert.ok(layout.version === 1 && layout.cpuacct === undefined)
    }
  })

  it('takes v1 on a hybrid host, whose v2 has no controllers', () => {
    const unified = '41 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw'
    const mounts = [unified, ...v1Mounts].join('\n')
    const offered = new Map([['/sys/fs/cgroup/unified', ['']]])
    assert.equal(cgroupLayout(mounts, '', offered).version, 1)
  })

  it('finds the own group in a container that sees a part of the hierarchy', () => {
    const mounts = v1Mounts.map((line) => line.replace(' / /sys', ' /docker/abc /sys')).join('\n')
    const own = '1:memory:/docker/abc/x\n2:cpu:/docker/abc\n3:pids:/docker/abcd\n4:freezer:/../y\n'
    assert.deepEqual(cgroupLayout(mounts, own, new Map()), {
      version: 1,
      memory: '/sys/fs/cgroup/memory/x',
      cpu: '/sys/fs/cgroup/cpu,cpuacct',
      pids: '/sys/fs/cgroup/pids',
      freezer: '/sys/fs/cgroup/freezer',
      others: [],
    })
  })

  it('says what is missing', () => {
    const layout = cgroupLayout(v1Mounts.slice(0, 2).join('\n'), '', new Map())
    assert.equal(layout.version, 0)
    assert.match(layout.version === 0 ? layout.reason : '', /lacks pids, freezer$/)
  })

  it('reads escaped mount points', () => {
    const mount = v2Mount.replace('/sys/fs/cgroup', String.raw`/mnt/my\040groups`)
    assert.deepEqual(v2MountPoints(mount), ['/mnt/my groups'])
  })

  it('never throws, whatever the kernel says', () => {
    const word = fc.constantFrom(
      'cgroup',
      'cgroup2',
      ' - ',
      ' ',
      '/',
      ':',
      '\n',
      'memory',
      '\\04',
      ',',
    )
    const noise = fc.array(word, { maxLength: 60 }).map((words) => words.join(''))
    fc.assert(
      fc.property(noise, noise, (mounts, own) => {
        const points = new Map(v2MountPoints(mounts).map((point) => [point, allControllers]))
        cgroupLayout(mounts, own, points)
      }),
    )
  })
})
