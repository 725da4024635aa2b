import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { describe, it } from 'node:test'
import { exitCodes } from '../failure.ts'
import { TestDirectory, runCli } from '../test-support.ts'

function whyNo(shell: string): string | false {
  try {
    execFileSync(shell, ['-c', 'exit 0'])
    return false
  } catch {
    return `needs ${shell}`
  }
}

async function scriptFor(shell: string): Promise<string> {
  const { code, stdout } = await runCli(['completion', shell])
  assert.equal(code, 0)
  return stdout
}

describe('lambdad completion', () => {
  it('completes in bash', { skip: whyNo('bash') }, async () => {
    using directory = new TestDirectory()
    directory.write('lambdad', '#!/bin/sh\n[ "$*" = "functions --names" ] && echo one two\n', 0o755)
    const script = await scriptFor('bash')
    const complete = (...words: string[]): string[] => {
      const asked = `${script}
COMP_WORDS=(lambdad ${words.map((word) => `'${word}'`).join(' ')})
COMP_CWORD=${words.length}
_lambdad
printf '%s\\n' "\${COMPREPLY[@]}"`
      const env = { PATH: `${directory.path}:/usr/bin:/bin` }
      const said = execFileSync('bash', ['--norc', '-c', asked], { env, encoding: 'utf8' })
      return said.split('\n').filter((word) => word !== '')
    }
    assert.deepEqual(complete('st'), ['start', 'status'])
    assert.deepEqual(complete('invoke', '--pa'), ['--payload'])
    assert.deepEqual(complete('start', '--is'), ['--isolation'])
    assert.deepEqual(complete('logs', ''), ['one', 'two'])
    assert.deepEqual(complete('invoke', 't'), ['two'])
    assert.deepEqual(complete('completion', 'f'), ['fish'])
    assert.deepEqual(complete('doctor', '--tr'), [])
  })

  it('is a script of zsh', async (t) => {
    const script = await scriptFor('zsh')
    assert.match(script, /^#compdef lambdad\n/)
    assert.match(script, /\n {4}'doctor:say what this host lacks/)
    assert.match(script, /\n {6}invoke\) flags=\(.*--payload .*\) ;;\n/)
    const why = whyNo('zsh')
    if (why === false) execFileSync('zsh', ['-n', '-c', script])
    else t.diagnostic(`its syntax was not checked: ${why}`)
  })

  it('is a script of fish', async (t) => {
    const script = await scriptFor('fish')
    assert.match(script, /\ncomplete -c lambdad -n __fish_use_subcommand -a doctor -d 'say what /)
    assert.match(script, /__fish_seen_subcommand_from logs' -s f -l follow -d 'go on with what/)
    const why = whyNo('fish')
    if (why === false) execFileSync('fish', ['--no-execute'], { input: script })
    else t.diagnostic(`its syntax was not checked: ${why}`)
  })

  it('knows no other shell', async () => {
    assert.equal((await runCli(['completion', 'tcsh'])).code, exitCodes.usage)
  })
})
