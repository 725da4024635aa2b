/** What one function, or one environment, learns of another. */
import assert from 'node:assert/strict'
import type { Group } from '../attempt.ts'
import { pythonPrelude } from '../attempt.ts'
import type { Arena } from '../arena.ts'
import { neighbourSecret, serverSecret } from '../arena.ts'

/** The neighbour makes something by a name; it finds it again, and the attacker does not. */
function unseen(name: string, making: string, finding: string) {
  return {
    name,
    needsPython: true,
    async make(arena: Arena): Promise<void> {
      const make = { python: `${pythonPrelude}${making}` }
      const find = { python: `${pythonPrelude}${finding}` }
      assert.match((await arena.run(make, 'neighbour')).stdout, /^made done .*\n$/)
      assert.match((await arena.run(find, 'neighbour')).stdout, /^found done .*\n$/)
      assert.equal((await arena.run(find)).stdout, 'found ENOENT\n')
    },
  }
}

export const neighbours: Group = {
  title: 'neighbours',
  attempts: [
    {
      name: 'finds variables of the server or of another function in its own environment',
      process: true,
      async make(arena) {
        const { text } = await arena.invoke('attacker', { node: 'return process.env' })
        assert.equal(JSON.parse(text).AWS_LAMBDA_FUNCTION_NAME, 'attacker')
        for (const secret of [serverSecret, neighbourSecret]) assert.ok(!text.includes(secret))
        assert.doesNotMatch(text, /NODE_TEST_CONTEXT|LAMBDAD_TEST/)
      },
    },
    unseen(
      'reads what its neighbour keeps in /tmp',
      `show('made', lambda: open('/tmp/kept', 'w').write('x'))`,
      `show('found', lambda: len(open('/tmp/kept').read()))`,
    ),
    unseen(
      "attaches its neighbour's shared memory (System V)",
      `show('made', lambda: call('shmget', 4711, 4096, 0o1666))`,
      `show('found', lambda: call('shmget', 4711, 0, 0))`,
    ),
    unseen(
      "opens its neighbour's semaphores (System V)",
      `show('made', lambda: call('semget', 4712, 1, 0o1666))`,
      `show('found', lambda: call('semget', 4712, 0, 0))`,
    ),
    {
      name: 'reads the code of another function',
      async make(arena) {
        const files = { 'index.js': 'exports.handler = async () => "private-code-31c5"' }
        await arena.deploy({ FunctionName: 'private', files })
        assert.equal((await arena.invoke('private')).text, '"private-code-31c5"')
        const { stdout } = await arena.run({
          sh: `grep -rl private-code-31c 2>/dev/null /var /tmp /opt /etc /run /home | wc -l
            cd /var/task && echo *`,
        })
        assert.equal(stdout, '0\nindex.js\n')
      },
    },
  ],
}
