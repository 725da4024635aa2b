/**
 * The rules of the house. Each takes all files and gives back what is wrong, with what to do about it.
 * Add one here, to `rules` at the end, with a pair of fixtures in tidy.test.ts: one it finds, one it lets pass.
 */
import { posix } from 'node:path'
import type { CallExpression } from 'oxc-parser'

import { nameOf } from './tidy-source.ts'
import type { Import, Problem, SourceFile } from './tidy-source.ts'

export type Rule = (files: readonly SourceFile[]) => Problem[]

/** Which rooms a room may import, besides itself. `services/x` is listed as `services`. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  kernel: [],
  model: ['kernel'],
  wire: ['kernel', 'model'],
  store: ['kernel'],
  queue: ['kernel', 'store'],
  access: ['kernel', 'store'],
  events: ['kernel', 'queue'],
  sandbox: ['kernel'],
  runtimes: ['kernel'],
  dataplane: ['kernel', 'store', 'queue', 'sandbox'],
  services: ['kernel', 'model', 'store', 'queue', 'access', 'events'],
  gateway: ['kernel', 'model', 'wire', 'access'],
  cli: ['kernel'],
}

/** The only place that wires the rooms together, and the only files that may reach it, when they have to. */
const wiring = {
  room: 'app',
  from: ['start', 'doctor', 'runtimes', 'coverage'].map((name) => `src/cli/commands/${name}.ts`),
}

const linesMax = 400

/** Rooms meet through ports: each imports only what lies below it. */
export const directions: Rule = (files) =>
  code(files).flatMap((file) => {
    const room = file.room
    if (room === undefined) return []
    const known = room.split('/')[0]!
    if (known !== wiring.room && mayImport[known] === undefined) {
      return [
        file.problem('rooms', 1, 'lies in no room: move it, or give its room a line in mayImport'),
      ]
    }
    return file
      .imports()
      .filter((each) => each.specifier.startsWith('.'))
      .flatMap((each) => wrongDirection(file, room, each))
  })

function wrongDirection(file: SourceFile, room: string, each: Import): Problem[] {
  const target = posix.join(posix.dirname(file.path), each.specifier)
  const [top, targetRoom = '', service] = target.split('/')
  const wrong = (advice: string): Problem[] => [file.problem('directions', each.line, advice)]
  if (top !== 'src') {
    if (file.isTest && top === 'test') return []
    return wrong(`src does not import ${target}: move what it needs into a room`)
  }
  const here = room.split('/')[0]!
  const there = targetRoom === 'services' ? `services/${service}` : targetRoom
  if (there === room || here === wiring.room) return []
  if (targetRoom === wiring.room) {
    if (wiring.from.includes(file.path) && each.isDynamic) return []
    return wrong(
      `nobody imports app but ${wiring.from.join(', ')}, with import(): take a port as a parameter`,
    )
  }
  if (here === 'services' && targetRoom === 'services') {
    return wrong(`services never import each other: meet ${there} through a port in kernel`)
  }
  if (mayImport[here]!.includes(targetRoom)) return []
  return wrong(`${here} may not import ${targetRoom}: declare a port in kernel and join it in app`)
}

/** A file that has grown past this usually hides a room. */
export const sizes: Rule = (files) =>
  files
    .filter((file) => file.path.startsWith('src/') && !file.isGenerated)
    .filter((file) => /\.(ts|mts|mjs|cjs|sh|py|rb)$/.test(file.path))
    .flatMap((file) => {
      const lines = file.text.trimEnd().split('\n').length
      if (lines <= linesMax) return []
      return [
        file.problem('sizes', linesMax + 1, `has ${lines} lines of at most ${linesMax}: split it`),
      ]
    })

/** SQL belongs to store/ and to the file of each room that knows its tables (or two: `policy-tables.ts`). */
export const sql: Rule = (files) =>
  code(files)
    .filter((file) => file.room !== undefined && file.room !== 'store' && !file.isTest)
    .filter((file) => !/(^|-)tables\.ts$/.test(posix.basename(file.path)))
    .flatMap((file) =>
      file
        .imports()
        .filter(
          (each) => each.specifier === 'node:sqlite' || /(^|\/)kysely(\/|$)/.test(each.specifier),
        )
        .map((each) =>
          file.problem(
            'sql',
            each.line,
            `SQL lives in tables.ts: ask it instead of ${each.specifier}`,
          ),
        ),
    )

const clockReaders = /^(Date\.now|performance\.now|process\.hrtime|Math\.random)$/
const timers = /^(globalThis\.)?(setTimeout|setInterval|AbortSignal\.timeout)$/

/** Time and chance are parameters, so that tests can drive them. */
export const time: Rule = (files) =>
  code(files)
    .filter((file) => file.room !== undefined && file.room !== 'kernel' && !file.isTest)
    // What runs inside a sandbox is another program.
    .filter((file) => !/^src\/runtimes\/[^/]+\//.test(file.path))
    .flatMap((file) => {
      const found: Problem[] = []
      const add = (offset: number, what: string): void => {
        const advice = `${what} belongs to kernel: take a Clock as a parameter (ids and chance: kernel/ids.ts)`
        found.push(file.problem('time', file.lineAt(offset), advice))
      }
      file.visit({
        MemberExpression: (node) => {
          const name = nameOf(node)
          if (clockReaders.test(name) || timers.test(name)) add(node.start, name)
        },
        CallExpression: (node) => {
          const name = nameOf(node.callee)
          if (name === 'Date' || /^set(Timeout|Interval)$/.test(name)) add(node.start, `${name}()`)
        },
        NewExpression: (node) => {
          // With an argument it only converts.
          if (nameOf(node.callee) === 'Date' && node.arguments.length === 0) {
            add(node.start, 'new Date()')
          }
        },
      })
      for (const each of file.imports()) {
        // Giving way to other work is no matter of time.
        if (each.names.length > 0 && each.names.every((name) => name === 'setImmediate')) continue
        if (/^(node:)?(timers|perf_hooks)(\/promises)?$/.test(each.specifier)) {
          found.push(
            file.problem('time', each.line, `${each.specifier} belongs to kernel: take a Clock`),
          )
        }
      }
      return found
    })

/**
 * One operation, one file, one test beside it, or one of its resource, which follows it through its life and calls all
 * its operations by their names; where there are many, in a folder for each resource.
 */
export const operations: Rule = (files) => {
  const paths = new Set(files.map((file) => file.path))
  const tests = files.filter((file) => file.isTest && file.path.startsWith('src/services/'))
  return code(files)
    .filter(
      (file) =>
        /^src\/services\/[^/]+\/operations\/(?:[^/]+\/)?[^/]+\.ts$/.test(file.path) && !file.isTest,
    )
    .filter((file) => {
      if (paths.has(file.path.replace(/\.ts$/, '.test.ts'))) return false
      const service = file.path.slice(0, file.path.indexOf('/operations/') + 1)
      const call = `'${posix.basename(file.path, '.ts')}'`
      return !tests.some(({ path, text }) => path.startsWith(service) && text.includes(call))
    })
    .map((file) => {
      const name = posix.basename(file.path, '.ts')
      const how = `write ${name}.test.ts beside it, or call it by its name in a test of its resource`
      return file.problem('operations', 1, `has no test: ${how}`)
    })
}

/** The map of the house shows every room. */
export const map: Rule = (files) => {
  const text = files.find((file) => file.path === 'ARCHITECTURE.md')?.text ?? ''
  const folders = new Set(
    files.filter((file) => /^src\/[^/]+\//.test(file.path)).map((file) => file.path.split('/')[1]!),
  )
  return [...folders]
    .filter((room) => !new RegExp(`(^|[^\\w-])(src/)?${room}/`, 'm').test(text))
    .map((room) => ({
      path: 'ARCHITECTURE.md',
      line: 1,
      rule: 'map',
      advice: `does not name the room ${room}/: say what it is for`,
    }))
}

/** A test that is narrowed or left out hides what broke. */
export const tests: Rule = (files) =>
  code(files)
    .filter((file) => file.isTest)
    .flatMap((file) => {
      const found: Problem[] = []
      file.visit({
        CallExpression: (node) => {
          const advice = testAdvice(node)
          if (advice !== undefined)
            found.push(file.problem('tests', file.lineAt(node.start), advice))
        },
      })
      return found
    })

const testFunction = /^(?:test|it|describe|suite|t\.test)(?:\.(only|skip|todo))?$/

function testAdvice(node: CallExpression): string | undefined {
  const name = nameOf(node.callee)
  if (name === 't.todo') return 'todo: write the test or leave it out'
  if (name === 't.skip' && node.arguments.length === 0) return 'skip: give the reason as a string'
  const match = testFunction.exec(name)
  if (match === null) return undefined
  if (match[1] === 'only') return 'only: remove it, so that the other tests run'
  if (match[1] === 'todo') return 'todo: write the test or leave it out'
  if (match[1] === 'skip') return "skip: say why, with the option { skip: 'reason' }"
  for (const argument of node.arguments) {
    if (argument.type !== 'ObjectExpression') continue
    for (const property of argument.properties) {
      if (property.type !== 'Property' || property.key.type !== 'Identifier') continue
      const option = property.key.name
      if (option === 'only') return 'only: remove it, so that the other tests run'
      if (option === 'todo') return 'todo: write the test or leave it out'
      const isBare = property.value.type === 'Literal' && property.value.value === true
      if (option === 'skip' && isBare) return 'skip: give the reason as a string'
    }
  }
  return undefined
}

/** What is promised in a comment is forgotten in a comment. */
export const promises: Rule = (files) =>
  code(files).flatMap((file) =>
    file.comments
      .filter((comment) => /\b(TODO|FIXME|XXX|HACK)\b/.test(comment.value))
      .map((comment) =>
        file.problem('promises', file.lineAt(comment.start), 'do it now, or leave the remark out'),
      ),
  )

/** Absolute paths of somebody's machine; the first part of the pattern is what may stand before one. */
const privatePlace = /(?<![\w.~$}/-])\/(?:work|root|home\/\w+|Users\/\w+|tmp\/[a-z]+\d+)\/[\w.]/

/** Nothing in the repository works on one machine only, or tells whose machine it was. */
export const places: Rule = (files) =>
  files.flatMap((file) =>
    file.text.split('\n').flatMap((text, index) => {
      const match = privatePlace.exec(text)
      if (match === null) return []
      const advice = `${match[0]}... is a place on one machine: derive it, or take it as a parameter`
      return [file.problem('places', index + 1, advice)]
    }),
  )

function code(files: readonly SourceFile[]): SourceFile[] {
  return files.filter((file) => file.isCode && !file.isGenerated)
}

export const rules: readonly Rule[] = [
  directions,
  sizes,
  sql,
  time,
  operations,
  map,
  tests,
  promises,
  places,
]
