/** What real shells become that are told so on their standard input. */
import assert from 'node:assert/strict'
import { Buffer } from 'node:buffer'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import { after, before, describe, test } from 'node:test'
import fc from '../../test/kit/fast-check.ts'
import { shellCommand } from './shell-command.ts'

/** Tells how it was started: its words, its variables, where it is, and where its input comes from. */
const teller = [
  '/bin/sh',
  '-c',
  `for what in cmdline environ; do /usr/bin/base64 -w0 /proc/$$/$what; echo; done
  /usr/bin/readlink -z /proc/$$/cwd /proc/$$/fd/0`,
]

/** What is /bin/sh somewhere: of Debian, of Fedora, of Alpine. */
const shells = {
  'the shell of this machine': ['/bin/sh'],
  dash: ['/bin/dash'],
  bash: ['/bin/bash'],
  busybox: ['/bin/busybox', 'sh'],
}

let directory: string

before(async () => {
  directory = await realpath(await mkdtemp(path.join(tmpdir(), 'lambdad-shell-')))
})

after(() => rm(directory, { recursive: true }))

async function become(
  [program, ...words]: readonly string[],
  orders: readonly string[],
): Promise<{ stdout: string; stderr: string; code: number }> {
  const shell = spawn(program!, [...words, '-s'], {
    argv0: words.length === 0 ? 'sh' : program!,
    env: {},
    cwd: '/',
  })
  // One that ends early leaves orders unread.
  shell.stdin.on('error', () => undefined)
  const [stdout, stderr, [code]] = await Promise.all([
    text(shell.stdout),
    text(shell.stderr),
    once(shell, 'exit'),
    (async () => {
      for (const part of orders) await new Promise((done) => shell.stdin.write(part, done))
      shell.stdin.end()
    })(),
  ])
  return { stdout, stderr, code }
}

/** Anything but what no operating system can hand over. */
const anyText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.constantFrom(...`'"\\$\`!#&|;<>()*?[]{}~^ \t\r\n=-x`.split('')) }),
  fc.constantFrom(
    '',
    "'",
    "''",
    '$(exit 1)',
    '`exit 1`',
    '$HOME',
    '${x:?}',
    '-i',
    '--',
    '\\',
    '\n',
  ),
  fc.constantFrom("it's ", '$x\n', '☃"').map((piece) => piece.repeat(4096 / piece.length)),
)
const word = anyText.map((any) => any.replaceAll('\0', ''))
/** Lambda takes letters, digits and _ only; nothing here depends on that. */
const name = fc.oneof(
  fc.stringMatching(/^[A-Za-z][A-Za-z0-9_]{0,20}$/),
  word.map((any) => `-${any.replaceAll('=', '').slice(0, 100)}`),
)

for (const [title, shell] of Object.entries(shells)) {
  describe(title, { skip: !existsSync(shell[0]!) && `there is no ${shell[0]}` }, () => {
    test('becomes exactly what it is told', async () => {
      const folder = word.map((any) =>
        Array.from(any.replaceAll('/', '')).slice(0, 60).join('').replace(/^\.*$/, 'x'),
      )
      await fc.assert(
        fc.asyncProperty(
          fc.array(word, { maxLength: 5 }),
          fc.dictionary(name, word, { maxKeys: 12, noNullPrototype: true }),
          folder,
          fc.double({ min: 0, max: 1, noNaN: true }),
          async (words, env, folderName, cut) => {
            const cwd = path.join(directory, folderName)
            await mkdir(cwd, { recursive: true })
            const command = [...teller, ...words]
            const orders = shellCommand(command, env, cwd)
            const at = Math.floor(orders.length * cut)
            const told = await become(shell, [orders.slice(0, at), orders.slice(at)])
            assert.deepEqual({ ...told, stdout: '' }, { stdout: '', stderr: '', code: 0 })
            const variables = Object.entries(env).map(([key, value]) => `${key}=${value}`)
            assert.deepEqual(parse(told.stdout), {
              command,
              variables: variables.toSorted(),
              places: `${cwd}\0/dev/null\0`,
            })
          },
        ),
        { numRuns: 60 },
      )
    })

    test('becomes nothing when its directory is not there, and ends', async () => {
      const missing = path.join(directory, 'missing')
      const { stdout, code } = await become(shell, [shellCommand(teller, {}, missing)])
      assert.equal(stdout, '')
      assert.notEqual(code, 0)
    })

    test('ends with the exit code of what it has become', async () => {
      const { code } = await become(shell, [shellCommand(['/bin/sh', '-c', 'exit 7'], {}, '/')])
      assert.equal(code, 7)
    })
  })
}

function parse(told: string): object {
  const [words = '', variables = ''] = told.split('\n', 2)
  const zeroEnded = (base64: string) =>
    Buffer.from(base64, 'base64').toString().split('\0').slice(0, -1)
  return {
    command: zeroEnded(words),
    variables: zeroEnded(variables).toSorted(),
    places: told.slice(words.length + variables.length + 2),
  }
}
