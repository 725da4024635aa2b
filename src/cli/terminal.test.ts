import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from '../../test/kit/fast-check.ts'
import { columns, counted, duration, paint, size, tame } from './terminal.ts'

const terminal = { isTTY: true } as NodeJS.WriteStream
const pipe = { isTTY: false } as NodeJS.WriteStream

describe('colour', () => {
  it('is there on a terminal, and not where it is not wanted', () => {
    const { NO_COLOR, TERM } = process.env
    try {
      delete process.env['NO_COLOR']
      process.env['TERM'] = 'xterm'
      assert.equal(paint('red', 'no', terminal), '\u001b[31mno\u001b[39m')
      assert.equal(paint('red', 'no', pipe), 'no')
      process.env['TERM'] = 'dumb'
      assert.equal(paint('red', 'no', terminal), 'no')
      process.env['TERM'] = 'xterm'
      process.env['NO_COLOR'] = '1'
      assert.equal(paint('red', 'no', terminal), 'no')
      process.env['NO_COLOR'] = ''
      assert.equal(paint('red', 'no', terminal), '\u001b[31mno\u001b[39m')
    } finally {
      for (const [name, value] of Object.entries({ NO_COLOR, TERM })) {
        if (value === undefined) delete process.env[name]
        else process.env[name] = value
      }
    }
  })
})

describe('what functions write', () => {
  it('keeps lines, tabs and colours, and shows the rest for what it is', () => {
    assert.equal(tame('a\tb\n\u001b[1;31mred\u001b[0m', terminal), 'a\tb\n\u001b[1;31mred\u001b[0m')
    assert.equal(
      tame('\u001b[2J\u001b]0;title\u0007\r', terminal),
      '\\x1b[2J\\x1b]0;title\\x07\\x0d',
    )
  })

  it('goes as it is to anything but a terminal', () => {
    assert.equal(tame('\u001b[2J', pipe), '\u001b[2J')
  })

  it('never moves the cursor', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const left = tame(text, terminal).replaceAll(/\p{Cc}\[[\d;]*m|[\n\t]/gu, '')
        assert.doesNotMatch(left, /\p{Cc}/u)
      }),
    )
  })
})

describe('words for numbers', () => {
  it('has durations in their two greatest units', () => {
    assert.equal(duration(250), '250 ms')
    assert.equal(duration(1_000), '1 s')
    assert.equal(duration(65_000), '1 min 5 s')
    assert.equal(duration(7_200_000), '2 h')
    assert.equal(duration(90_061_000), '1 d 1 h')
  })

  it('has sizes in the unit that suits them, and counts what it counts', () => {
    assert.deepEqual([999, 1_500, 2_000_000].map(size), ['999 bytes', '1.5 kB', '2.0 MB'])
    assert.deepEqual([counted(1, 'file'), counted(0, 'file')], ['1 file', '0 files'])
  })

  it('puts cells below each other', () => {
    assert.equal(
      columns([
        ['a', 'b'],
        ['ccc', 'd'],
        ['e', ''],
      ]),
      'a    b\nccc  d\ne\n',
    )
  })
})
