import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Row, atLeast, atMost, markdown, missed } from './report.ts'

function row(what: string, changes: Partial<Row>): Row {
  return {
    what,
    lambdad: '1 ms',
    beside: 'echo 2 ms',
    ratio: { median: 0.5, min: 0.4, max: 0.61 },
    goal: undefined,
    samples: '10 / 10',
    failures: 0,
    ...changes,
  }
}

test('targets hold at their limit', () => {
  assert.deepEqual(atMost(2, 2, 'x'), { text: '≤ 2x', isMet: true })
  assert.equal(atMost(2, 2.01, 'x').isMet, false)
  assert.deepEqual(atLeast(0.3, 0.3, 'x', 0.45), { text: '≥ 0.3x (stretch 0.45x)', isMet: true })
  assert.equal(atLeast(0.3, 0.29, 'x').isMet, false)
})

test('the table tells what was met, and failures never count as met', () => {
  const rows = [
    row('good', { goal: atMost(2, 1, 'x') }),
    row('slow', { goal: atMost(2, 3, 'x') }),
    row('failing', { goal: atMost(2, 1, 'x'), failures: 3 }),
    row('for information', { ratio: undefined }),
  ]
  const text = markdown({
    date: new Date('2026-11-21T00:00:00Z'),
    machine: [['Cores', '2']],
    rows,
    isQuick: false,
    tookMs: 90_000,
  })
  const lines = text.split('\n')
  assert.ok(
    lines.includes('| good | 1 ms | echo 2 ms | 0.50x (0.40–0.61) | ≤ 2x | met | 10 / 10 | 0 |'),
  )
  assert.match(text, /\| slow \|.*\| \*\*missed\*\* \|/)
  assert.match(text, /\| failing \|.*\| \*\*missed\*\* \| 10 \/ 10 \| 3 \|/)
  assert.match(text, /1 of 3 targets met, 3 failed requests, 90 s\./)
  assert.ok(lines.includes('| Cores | 2 |'))
  assert.deepEqual(
    missed(rows).map(({ what }) => what),
    ['slow', 'failing'],
  )
})
