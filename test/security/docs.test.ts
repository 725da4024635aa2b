/** docs/isolation.md tells which attempts are made and who stops them: it and the attempts must agree. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { it } from 'node:test'
import type { Group } from './attempt.ts'
import { descriptors } from './attempts/descriptors.ts'
import { disk } from './attempts/disk.ts'
import { exhaustion } from './attempts/exhaustion.ts'
import { files } from './attempts/files.ts'
import { kernel } from './attempts/kernel.ts'
import { mounts } from './attempts/mounts.ts'
import { neighbours } from './attempts/neighbours.ts'
import { network } from './attempts/network.ts'
import { privileges } from './attempts/privileges.ts'
import { processes } from './attempts/processes.ts'
import { runtimeApi } from './attempts/runtime-api.ts'
import { systemCalls } from './attempts/system-calls.ts'

const confinement = [files, mounts, kernel, privileges, processes, descriptors]
const groups = [...confinement, systemCalls, network, neighbours, exhaustion, disk, runtimeApi]

const text = readFileSync(new URL('../../docs/isolation.md', import.meta.url), 'utf8')

/** `°` marks what is stopped without isolation as well. */
function row({ title, attempts }: Group): string {
  const names = attempts.map(
    ({ name, process }) => `${name.replaceAll('|', '\\|')}${process === true ? '°' : ''}`,
  )
  return `| ${title} | ${names.join('; ')} |`
}

for (const group of groups)
  it(`tells the attempts on ${group.title}`, () => {
    const line = text.split('\n').find((each) => each.startsWith(`| ${group.title} |`))
    assert.equal(line, row(group))
  })

it('names each attempt once', () => {
  const names = groups.flatMap(({ attempts }) => attempts.map(({ name }) => name))
  assert.equal(new Set(names).size, names.length)
  assert.ok(names.length >= 40)
})
