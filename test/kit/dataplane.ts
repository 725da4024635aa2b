/** What the tests of the data plane share: one over sandboxes that do not exist. Not imported by anything else. */
import { Buffer } from 'node:buffer'
import { setImmediate as turn } from 'node:timers/promises'
import type { CodeCache } from '../../src/dataplane/code-cache.ts'
import { DataPlane, type DataPlaneOptions } from '../../src/dataplane/dataplane.ts'
import { newRequestId } from '../../src/kernel/ids.ts'
import { silentLog } from '../../src/kernel/log.ts'
import type { InvokeResult, RunnableVersion, RuntimeImage } from '../../src/kernel/ports.ts'
import { FakeClock } from './fake-clock.ts'
import { FakeBackend, type FakeRuntime } from './fake-sandbox.ts'

const image: RuntimeImage = {
  mounts: [],
  command: () => ['/bin/fake'],
  env: {},
  runtimeApi: 'inherited',
  versionLabel: 'fake:1.v1',
  versionHash: 'abc',
}

/** On any machine as on one of two processors. */
export const processors = 2

export function setUp(
  runtime: FakeRuntime,
  options: Pick<DataPlaneOptions, 'environmentsMax' | 'idleMs' | 'preventSleep'> = {},
) {
  const backend = new FakeBackend(runtime)
  const clock = new FakeClock()
  const lines: string[] = []
  const dataplane = new DataPlane({
    backend,
    clock,
    log: silentLog,
    runtimes: {
      identifiers: ['fake'],
      versionHash: () => undefined,
      whyMissing: () => undefined,
      prepare: async () => image,
    },
    code: { acquire: async () => '/code', release: () => undefined } as unknown as CodeCache,
    logs: { open: () => ({ write: (_timestampMs, message) => lines.push(message) }) },
    environmentsMax: 100,
    processors,
    idleMs: () => 0,
    ...options,
  })
  return { backend, clock, dataplane, lines }
}

export const first: RunnableVersion = {
  account: '123456789012',
  region: 'eu-west-1',
  functionName: 'f',
  functionArn: 'arn:aws:lambda:eu-west-1:123456789012:function:f',
  version: '$LATEST',
  revisionId: '1',
  runtime: 'fake',
  handler: 'index.handler',
  code: 'c0de',
  layers: [],
  memoryMb: 128,
  timeoutMs: 3000,
  tmpMb: 512,
  environment: {},
  logGroup: '/aws/lambda/f',
  logFormat: 'Text',
} as unknown as RunnableVersion

export function invoke(
  dataplane: DataPlane,
  payload: unknown = {},
  options: { version?: RunnableVersion; tail?: boolean; tenantId?: string } = {},
): Promise<InvokeResult> {
  const version = options.version ?? first
  return dataplane.invoke(version, {
    requestId: newRequestId(),
    payload: Buffer.from(JSON.stringify(payload)),
    invokedArn: version.functionArn,
    clientContext: undefined,
    traceId: 'Root=1-2-3;Sampled=0',
    tail: options.tail ?? false,
    ...(options.tenantId === undefined ? {} : { tenantId: options.tenantId }),
  })
}

export function read(result: InvokeResult): unknown {
  return JSON.parse(Buffer.from(result.payload).toString())
}

export async function settle(): Promise<void> {
  for (let round = 0; round < 8; round += 1) await turn()
}
