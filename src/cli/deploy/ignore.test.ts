/** Expected answers: gitignore(5), and git's own on the same patterns. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { execFileSync } from 'node:child_process'
import fc from '../../../test/kit/fast-check.ts'
import { TestDirectory } from '../test-support.ts'
import { ignoreRules } from './ignore.ts'

function left(rules: string, ...paths: readonly string[]): string[] {
  const ignored = ignoreRules(rules)
  return paths.filter((path) => {
    return !ignored(path.endsWith('/') ? path.slice(0, -1) : path, path.endsWith('/'))
  })
}

describe('.lambdadignore', () => {
  it('leaves out what nobody wants, and keeps node_modules', () => {
    assert.deepEqual(
      left(
        '',
        '.git/',
        'a/.git/',
        '.lambdadignore',
        '__pycache__/',
        'a.pyc',
        '.venv/',
        'node_modules/',
      ),
      ['node_modules/'],
    )
  })

  it('matches a name anywhere, and a path from the root', () => {
    assert.deepEqual(
      left('*.md\n/docs\na/b', 'x.md', 'c/x.md', 'docs/', 'c/docs/', 'a/b', 'c/a/b'),
      ['c/docs/', 'c/a/b'],
    )
  })

  it('tells directories from files', () => {
    assert.deepEqual(left('test/', 'test/', 'test', 'a/test/'), ['test'])
  })

  it('takes back with an exclamation mark; the last pattern wins', () => {
    assert.deepEqual(left('*.txt\n!keep.txt\n!.venv', 'a.txt', 'b/keep.txt', '.venv/'), [
      'b/keep.txt',
      '.venv/',
    ])
    assert.deepEqual(left('!keep.txt\n*.txt', 'keep.txt'), [])
  })

  it('knows comments, blanks, wildcards and line ends of Windows', () => {
    assert.deepEqual(
      left('# a\r\n\r\nb  \r\n**/deep/*.js', 'a', 'b', 'x/y/deep/z.js', 'deep/z.js'),
      ['a'],
    )
    assert.deepEqual(left('v?.js\nw[12].js', 'v1.js', 'v10.js', 'w2.js', 'w3.js'), [
      'v10.js',
      'w3.js',
    ])
  })

  it('has names with a dot, and characters that other globs give a meaning', () => {
    assert.deepEqual(left('*.log', '.a/b.log', '.log', 'a/.x.log'), [])
    assert.deepEqual(left('{a,b}\na+(b)', 'a', '{a,b}', 'a+(b)', 'aab'), ['a', 'aab'])
    assert.deepEqual(left('\\#a\n\\!b\n[!a]c\n[]d]e', '#a', '!b', 'ac', 'bc', ']e', 'de'), ['ac'])
  })

  it('takes any text for patterns', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string(), (rules, path) => {
        ignoreRules(rules)(path, false)
      }),
    )
  })

  it('says what git says', { skip: noGit() }, () => {
    using directory = new TestDirectory({ '.git/HEAD': 'ref: refs/heads/main\n' })
    for (const folder of ['objects', 'refs']) directory.write(`.git/${folder}/x`, '')
    const piece = fc.constantFrom('a', 'b', 'ab', '*', '?', '.', '[ab]', '[!a]')
    // Beside other characters git gives two asterisks this meaning or that.
    const part = fc.oneof(fc.constant('**'), fc.string({ unit: piece, minLength: 1, maxLength: 4 }))
    const pattern = fc
      .tuple(fc.constantFrom('', '/', '!', '!/'), fc.array(part, { minLength: 1, maxLength: 3 }))
      .chain(([start, all]) => fc.constantFrom('', '/').map((end) => start + all.join('/') + end))
    const name = fc.constantFrom('a', 'b', 'ab', '.a', 'c')
    const path = fc.array(name, { minLength: 1, maxLength: 3 }).map((all) => all.join('/'))
    fc.assert(
      fc.property(fc.array(pattern, { maxLength: 3 }), path, (patterns, file) => {
        const rules = patterns.join('\n')
        directory.write('.gitignore', rules)
        assert.equal(
          isLeftOut(rules, file),
          gitLeavesOut(directory.path, file),
          `${rules} | ${file}`,
        )
      }),
      { numRuns: 200 },
    )
  })
})

/** What is in a directory that is left out is left out with it. */
function isLeftOut(rules: string, file: string): boolean {
  const ignored = ignoreRules(rules)
  const names = file.split('/')
  return names.some((_, at) => ignored(names.slice(0, at + 1).join('/'), at < names.length - 1))
}

function gitLeavesOut(directory: string, file: string): boolean {
  try {
    const words = ['-C', directory, 'check-ignore', '--no-index', '-q', file]
    execFileSync('git', words, { stdio: 'ignore' })
    return true
  } catch (error) {
    if ((error as { status?: number }).status !== 1) throw error
    return false
  }
}

function noGit(): string | false {
  try {
    execFileSync('git', ['--version'])
    return false
  } catch {
    return 'needs git'
  }
}
