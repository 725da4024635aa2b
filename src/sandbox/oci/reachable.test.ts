import assert from 'node:assert/strict'
import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { it } from 'node:test'
import { checkReachable } from './reachable.ts'

it('a run directory is one that everybody may pass through, and that stands on one line', async (t) => {
  const parent = await mkdtemp(join(tmpdir(), 'lambdad-run-'))
  t.after(() => rm(parent, { recursive: true }))
  const run = join(parent, 'closed', 'run')
  await mkdir(run, { recursive: true })
  await chmod(parent, 0o711)
  await chmod(join(parent, 'closed'), 0o700)
  await assert.rejects(checkReachable(run), {
    name: 'SandboxStartError',
    message: new RegExp(`chmod o\\+x ${join(parent, 'closed')}\\)`),
  })
  await chmod(join(parent, 'closed'), 0o711)
  await checkReachable(run)
  const broken = join(parent, 'two\nlines')
  await mkdir(broken)
  await assert.rejects(
    checkReachable(broken),
    /line break in the path of the run directory, ".*two\\nlines"/,
  )
})
