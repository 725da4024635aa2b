/**
 * Loads a generated service table and resolves its references, once per service and process.
 *
 * Tables are JSON because V8 parses it several times faster than the same object as a module; a
 * service nobody calls costs nothing. Called by the gateway on a service's first request and by
 * tests (with their own folder). Read next: `types.ts`.
 */
import { readFile } from 'node:fs/promises'
import { assert } from '../kernel/assert.ts'
import { catalog } from './catalog.ts'
import type {
  Member,
  MemberTable,
  OperationModel,
  ServiceModel,
  ServiceTable,
  Shape,
  ShapeTable,
  StructureShape,
} from './types.ts'

const tables = new URL('./tables/', import.meta.url)
const loaded = new Map<string, Promise<ServiceModel>>()

/** The ids `loadService` takes, in the catalog's order. */
export const serviceIds: readonly string[] = catalog.map((entry) => entry.id)

/**
 * The model of a service, by its id (`lambda`, `logs`, ...). The same object for every call.
 * Rejects with an `AssertionError` for an id that is not in the catalog.
 */
export async function loadService(id: string): Promise<ServiceModel> {
  assert(serviceIds.includes(id), `no model for the service ${id}`)
  let loading = loaded.get(id)
  if (loading === undefined) {
    loading = loadTable(new URL(`${id}.json`, tables))
    loaded.set(id, loading)
  }
  return loading
}

/** Reads and resolves one table file, without any cache. */
export async function loadTable(file: URL): Promise<ServiceModel> {
  return linkService(JSON.parse(await readFile(file, 'utf8')) as ServiceTable)
}

/** Resolves every reference between the shapes of a table. */
export function linkService(table: ServiceTable): ServiceModel {
  const shapes = new Map<string, Shape>()
  // Shapes refer to each other in cycles, so all of them exist before the first is filled in.
  for (const name of Object.keys(table.shapes)) shapes.set(name, { name } as Shape)
  for (const [name, shape] of Object.entries(table.shapes)) {
    Object.assign(named(shapes, name), linkShape(shapes, shape))
  }

  const operations = new Map<string, OperationModel>()
  for (const [name, { input, output, ...traits }] of Object.entries(table.operations)) {
    operations.set(name, {
      name,
      ...traits,
      ...(input === undefined ? {} : { input: structure(shapes, input) }),
      ...(output === undefined ? {} : { output: structure(shapes, output) }),
    })
  }

  const { source: _source, operations: _operations, shapes: _shapes, ...traits } = table
  return { ...traits, operations, errors: errorsOf(shapes) }
}

function linkShape(shapes: ReadonlyMap<string, Shape>, shape: ShapeTable): Partial<Shape> {
  switch (shape.type) {
    case 'structure': {
      const { members, required = [], ...traits } = shape
      const linked = Object.entries(members).map(([name, member]) =>
        linkMember(shapes, name, member, required.includes(name)),
      )
      return { ...traits, members: linked }
    }
    case 'list':
      return { ...shape, member: linkMember(shapes, 'member', shape.member, false) }
    case 'map':
      return {
        ...shape,
        key: linkMember(shapes, 'key', shape.key, true),
        value: linkMember(shapes, 'value', shape.value, false),
      }
    default:
      return { ...shape }
  }
}

function linkMember(
  shapes: ReadonlyMap<string, Shape>,
  name: string,
  { shape, ...traits }: MemberTable,
  required: boolean,
): Member {
  return { name, ...traits, required, shape: named(shapes, shape) }
}

function errorsOf(shapes: ReadonlyMap<string, Shape>): ReadonlyMap<string, StructureShape> {
  const errors = new Map<string, StructureShape>()
  const exceptions = [...shapes.values()].filter(
    (shape): shape is StructureShape => shape.type === 'structure' && shape.exception === true,
  )
  for (const shape of exceptions) errors.set(shape.name, shape)
  for (const shape of exceptions) {
    const code = shape.error?.code
    // A shape's own name wins over another shape's query code.
    if (code !== undefined && !errors.has(code)) errors.set(code, shape)
  }
  return errors
}

function structure(shapes: ReadonlyMap<string, Shape>, name: string): StructureShape {
  const shape = named(shapes, name)
  assert(shape.type === 'structure', `${name} is an input or output and not a structure`)
  return shape
}

function named(shapes: ReadonlyMap<string, Shape>, name: string): Shape {
  const shape = shapes.get(name)
  assert(shape !== undefined, `the table refers to a shape it does not have: ${name}`)
  return shape
}
