import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { it } from 'node:test'
import fc from '../../test/kit/fast-check.ts'
import { parseStat, startTime } from './proc.ts'

const tail = 'S 1 77 78 0 -1 4194304 93 0 0 0 11 22 0 0 20 0 1 0 246299 2654208 387'

it('reads a stat line, whatever the command is called', () => {
  const command = fc.string().map((text) => text.replaceAll('\0', ''))
  fc.assert(
    fc.property(command, (name) => {
      assert.deepEqual(parseStat(`9 (${name}) ${tail}`), {
        alive: true,
        session: 78,
        hadChildren: false,
        cpuTicks: 33,
        startTime: '246299',
      })
    }),
  )
})

it('counts a zombie, and what is not there, as dead', async () => {
  assert.equal(parseStat(`9 (x) ${tail.replace('S', 'Z')}`).alive, false)
  assert.equal(parseStat('').alive, false)
  assert.equal(parseStat(`9 (x) ${tail.replace(' 93 0 ', ' 93 7 ')}`).hadChildren, true)
  assert.equal(await startTime(4_194_305), undefined)
  const own = parseStat(readFileSync('/proc/self/stat', 'utf8'))
  assert.equal(await startTime(process.pid), own.startTime)
})
