/**
 * The calls whose cost must not grow with the account, and what makes an answer to them one.
 * What it is not: it measures nothing. Called by: account.ts.
 */
import assert from 'node:assert/strict'
import { type Call, invokeCall } from '../lambdad.ts'

export interface AccountCall {
  readonly what: string
  /** Then it is sent to one function after the other. */
  readonly isOfOneFunction?: boolean
  /** @param name of a function @param size how many functions there are */
  readonly call: (name: string, size: number) => Call
  /** Throws when it is not what was asked for, of the first function. */
  readonly check: (answer: Answer, size: number) => void
}

/** Whatever member an operation answers with. */
type Answer = Readonly<Record<string, unknown>>

/** All are of one length: so are the answers. */
export function nameOf(index: number): string {
  return `function-${String(index).padStart(5, '0')}`
}

const functions = '/2015-03-31/functions/'
const event = { name: 'lambdad' }
/** The most that two pages in an account of ten can have. */
const smallPage = 5
const largestPage = 50

export const accountCalls: readonly AccountCall[] = [
  ofFunction('GetFunction', '', ({ Configuration }) => named(Configuration, 0)),
  ofFunction('GetFunctionConfiguration', '/configuration', (answer) => named(answer, 0)),
  ofFunction('ListVersionsByFunction', '/versions', ({ Versions }) => {
    assert.deepEqual(versionsOf(Versions), ['$LATEST', '1'])
  }),
  ofFunction('ListAliases', '/aliases', ({ Aliases }) => assert.deepEqual(Aliases, [])),
  {
    what: 'ListTags',
    isOfOneFunction: true,
    call: (name) => {
      const arn = `arn:aws:lambda:us-east-1:000000000000:function:${name}`
      return get(`/2017-03-31/tags/${encodeURIComponent(arn)}`)
    },
    check: ({ Tags }) => assert.deepEqual(Tags, {}),
  },
  {
    what: 'ListEventSourceMappings',
    isOfOneFunction: true,
    call: (name) => get(`/2015-03-31/event-source-mappings/?FunctionName=${name}`),
    check: ({ EventSourceMappings }) => assert.deepEqual(EventSourceMappings, []),
  },
  pageOf('ListFunctions, first page', smallPage, () => -1),
  pageOf('ListFunctions, last page', smallPage, (size) => size - smallPage - 1),
  {
    what: 'ListFunctions of all versions, last page',
    call: (_name, size) => {
      const marker = markerOf(`${nameOf(size - smallPage - 1)}:1`)
      return get(`${functions}?FunctionVersion=ALL&MaxItems=${2 * smallPage}&Marker=${marker}`)
    },
    check: ({ Functions }) => {
      const versions = Array.from({ length: smallPage }, () => ['$LATEST', '1'])
      assert.deepEqual(versionsOf(Functions), versions.flat())
    },
  },
  {
    what: 'GetAccountSettings',
    call: () => get('/2016-08-19/account-settings/'),
    check: ({ AccountUsage }, size) => {
      assert.equal((AccountUsage as { FunctionCount: number }).FunctionCount, size)
    },
  },
  {
    what: 'Warm invoke',
    call: () => invokeCall(nameOf(0), event),
    check: (answer) => assert.deepEqual(answer, event),
  },
]

export const firstPage = pageOf('', largestPage, () => -1)
export const deepPage = pageOf('', largestPage, (size) => size - largestPage - 1)

/** @param after gives the index of the function before the page */
function pageOf(what: string, items: number, after: (size: number) => number): AccountCall {
  return {
    what,
    call: (_name, size) => {
      const index = after(size)
      const marker = index < 0 ? '' : `&Marker=${markerOf(nameOf(index))}`
      return get(`${functions}?MaxItems=${items}${marker}`)
    },
    check: ({ Functions }, size) => {
      const found = Functions as unknown[]
      assert.equal(found.length, items)
      named(found[0], after(size) + 1)
    },
  }
}

function ofFunction(what: string, path: string, check: AccountCall['check']): AccountCall {
  const call = (name: string): Call => get(`${functions}${name}${path}`)
  return { what, isOfOneFunction: true, call, check }
}

function get(path: string): Call {
  return { method: 'GET', path, body: '' }
}

/** As the server writes it: reading page after page up to here would take longer than measuring. */
function markerOf(last: string): string {
  return encodeURIComponent(Buffer.from(`after:${last}`).toString('base64'))
}

function named(configuration: unknown, index: number): void {
  assert.equal((configuration as { FunctionName: string }).FunctionName, nameOf(index))
}

function versionsOf(configurations: unknown): string[] {
  return (configurations as { Version: string }[]).map(({ Version }) => Version)
}
