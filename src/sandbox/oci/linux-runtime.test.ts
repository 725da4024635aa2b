import assert from 'node:assert/strict'
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { systemClock } from '../../kernel/clock.ts'
import { SandboxStartError } from '../sandbox.ts'
import { LinuxRuntime } from './linux-runtime.ts'

describe('a runtime that is to filter system calls', () => {
  let directory = ''
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'lambdad-runtime-'))
  })
  after(() => rm(directory, { recursive: true }))

  async function saying(version: string): Promise<LinuxRuntime> {
    const program = join(directory, 'crun')
    await writeFile(program, `#!/bin/sh\necho '${version}'\n`)
    await chmod(program, 0o755)
    const home = await mkdtemp(join(directory, 'home-'))
    return new LinuxRuntime({ name: 'crun', program, directory: home, clock: systemClock })
  }

  it('is taken when it can, as crun and runc say it', async () => {
    await (await saying('crun version 1.8.1 +SYSTEMD +CAP +SECCOMP +EBPF')).prepare()
    await (await saying('runc version 1.1.5 libseccomp: 2.5.4')).prepare()
  })

  it('is refused in words when it cannot', async () => {
    const runtime = await saying('crun version 1.8.1 +SYSTEMD +CAP -SECCOMP')
    await assert.rejects(
      runtime.prepare(),
      (error: Error) => error instanceof SandboxStartError && /without seccomp/.test(error.message),
    )
  })
})
