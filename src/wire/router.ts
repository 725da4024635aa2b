/**
 * Finds the operation of a REST request: a tree of path segments per method, built once per service.
 *
 * Labels match one segment, percent-encoded or not (an ARN is one segment); a greedy label (`{Key+}`)
 * takes the rest of the path. Literal segments win over labels. Operations that share a path are told
 * apart by literal query parameters (`?List=ALL`) and then by the query parameters and headers they
 * require (S3's UploadPart against PutObject). A slash at the end does not matter.
 * Called by `rest.ts`; knows nothing of shapes beyond where members travel.
 */
import type { OperationModel, ServiceModel } from '../model/types.ts'
import type { HttpRequest } from './http.ts'
import { percentDecode } from './percent.ts'

/** An operation and the path's labels, decoded, in the order of the template. */
export interface Route {
  readonly operation: OperationModel
  readonly labels: readonly string[]
}

interface Candidate {
  readonly operation: OperationModel
  readonly literals: readonly (readonly [name: string, value: string])[]
  /** Query parameters and headers without which the request is not this operation's. */
  readonly query: readonly string[]
  readonly headers: readonly string[]
}

interface Node {
  readonly literals: Map<string, Node>
  label?: Node
  greedy?: Node
  readonly candidates: Candidate[]
}

/** Raised for labels that are not valid percent-encoding. */
export type LabelFault = (label: string) => Error

export class Router {
  readonly #methods = new Map<string, Node>()

  constructor(service: Pick<ServiceModel, 'operations'>) {
    for (const operation of service.operations.values()) this.#add(operation)
  }

  /** Undefined when no operation has this method and path. Throws `fault` for undecodable labels. */
  match(request: HttpRequest, fault: LabelFault): Route | undefined {
    const root = this.#methods.get(request.method)
    if (root === undefined) return undefined
    const labels: string[] = []
    const node = descend(root, request.path, 1, labels)
    if (node === undefined) return undefined
    const operation = choose(node.candidates, request)
    if (operation === undefined) return undefined
    for (let index = 0; index < labels.length; index++) {
      labels[index] = decodeLabel(labels[index] ?? '', fault)
    }
    return { operation, labels }
  }

  #add(operation: OperationModel): void {
    const [path = '', query = ''] = operation.uri.split('?')
    let node = getOrCreate(this.#methods, operation.method, emptyNode)
    for (const segment of path.split('/').filter((each) => each !== '')) {
      if (!segment.startsWith('{')) node = getOrCreate(node.literals, segment, emptyNode)
      else if (segment.endsWith('+}')) node = node.greedy ??= emptyNode()
      else node = node.label ??= emptyNode()
    }
    const literals = query.split('&').filter((each) => each !== '')
    const required = operation.input?.members.filter((member) => member.required) ?? []
    node.candidates.push({
      operation,
      literals: literals.map((literal) => {
        const [name = '', value = ''] = literal.split('=')
        return [name, value] as const
      }),
      query: required
        .filter((member) => member.location === 'querystring')
        .map((member) => member.locationName ?? member.name),
      headers: required
        .filter((member) => member.location === 'header')
        .map((member) => (member.locationName ?? member.name).toLowerCase()),
    })
  }
}

/** The names of a template's labels, in order. */
export function labelNames(uri: string): readonly string[] {
  return [...uri.matchAll(/\{([^}+]+)\+?\}/g)].map((match) => match[1] ?? '')
}

function emptyNode(): Node {
  return { literals: new Map(), candidates: [] }
}

function getOrCreate<K, V>(map: Map<K, V>, key: K, create: () => V): V {
  let value = map.get(key)
  if (value === undefined) map.set(key, (value = create()))
  return value
}

/** Walks from the segment that begins at `start`; fills `labels` along the way that succeeds. */
function descend(node: Node, path: string, start: number, labels: string[]): Node | undefined {
  if (start >= path.length) return node.candidates.length > 0 ? node : undefined
  const slash = path.indexOf('/', start)
  const end = slash === -1 ? path.length : slash
  const literal = node.literals.size === 0 ? undefined : node.literals.get(path.slice(start, end))
  if (literal !== undefined) {
    const found = descend(literal, path, end + 1, labels)
    if (found !== undefined) return found
  }
  const depth = labels.length
  if (node.label !== undefined && end > start) {
    labels.push(path.slice(start, end))
    const found = descend(node.label, path, end + 1, labels)
    if (found !== undefined) return found
    labels.length = depth
  }
  if (node.greedy !== undefined) {
    labels.push(path.slice(start))
    return node.greedy
  }
  return undefined
}

function choose(
  candidates: readonly Candidate[],
  request: HttpRequest,
): OperationModel | undefined {
  const [only] = candidates
  if (candidates.length === 1 && only !== undefined && only.literals.length === 0) {
    return only.operation
  }
  const query = queryNames(request.query)
  let best: Candidate | undefined
  let bestScore = -1
  for (const candidate of candidates) {
    if (!candidate.literals.every(([name, value]) => hasLiteral(query, name, value))) continue
    const complete =
      candidate.query.every((name) => query.has(name)) &&
      candidate.headers.every((name) => request.headers[name] !== undefined)
    const demands = candidate.query.length + candidate.headers.length
    // Literals come first; then the operation that asks most among those that get all they ask. One
    // that misses a required member still beats nothing: it answers with what is missing.
    const score = candidate.literals.length * 10_000 + (complete ? 1_000 + demands : 500 - demands)
    if (score > bestScore) {
      best = candidate
      bestScore = score
    }
  }
  return best?.operation
}

function queryNames(query: string): ReadonlyMap<string, string> {
  const names = new Map<string, string>()
  for (const part of query.split('&')) {
    const equals = part.indexOf('=')
    if (equals === -1) names.set(part, '')
    else names.set(part.slice(0, equals), part.slice(equals + 1))
  }
  return names
}

function hasLiteral(query: ReadonlyMap<string, string>, name: string, value: string): boolean {
  const given = query.get(name)
  return given !== undefined && (value === '' || given === value)
}

function decodeLabel(label: string, fault: LabelFault): string {
  try {
    return percentDecode(label)
  } catch {
    throw fault(label)
  }
}
