/** A data plane over sandboxes without processes, whose counters and whose words about ends a test can read. */
import assert from 'node:assert/strict'
import { Buffer } from 'node:buffer'
import { setImmediate as turn } from 'node:timers/promises'
import type { CodeCache } from '../../src/dataplane/code-cache.ts'
import { DataPlane } from '../../src/dataplane/dataplane.ts'
import { refillDelayMs } from '../../src/dataplane/limits.ts'
import type { SandboxEnd } from '../../src/dataplane/sandbox-ends.ts'
import { newRequestId } from '../../src/kernel/ids.ts'
import { type Log, silentLog } from '../../src/kernel/log.ts'
import { Metrics } from '../../src/kernel/metrics.ts'
import type { RunnableVersion, RuntimeImage } from '../../src/kernel/ports.ts'
import { FakeClock } from './fake-clock.ts'
import { FakeBackend, type FakeRuntime, polite } from './fake-sandbox.ts'

const image: RuntimeImage = {
  mounts: [],
  command: () => ['/bin/fake'],
  needsOwnStart: () => false,
  env: {},
  runtimeApi: 'inherited',
  versionLabel: undefined,
  versionHash: undefined,
}

export function versionOf(name: string, memoryMb = 128): RunnableVersion {
  return {
    account: '123456789012',
    region: 'eu-west-1',
    functionName: name,
    functionArn: `arn:aws:lambda:eu-west-1:123456789012:function:${name}`,
    version: '$LATEST',
    revisionId: '1',
    runtime: 'fake',
    handler: 'index.handler',
    code: 'c0de',
    layers: [],
    memoryMb,
    timeoutMs: 3000,
    tmpMb: 512,
    environment: {},
    logGroup: `/aws/lambda/${name}`,
    logFormat: 'Text',
  } as unknown as RunnableVersion
}

export interface Setting {
  readonly runtime?: FakeRuntime
  readonly memoryBudgetBytes?: number
  readonly environmentsMax?: number
}

export class World {
  readonly clock = new FakeClock()
  readonly metrics = new Metrics()
  readonly backend: FakeBackend
  readonly dataplane: DataPlane
  readonly told: (SandboxEnd & { level: 'debug' | 'warn'; words: string })[] = []

  constructor({ runtime = polite, memoryBudgetBytes = 0, environmentsMax = 100 }: Setting = {}) {
    this.backend = new FakeBackend(runtime)
    const tell = (level: 'debug' | 'warn') => (fields: object, words: string) =>
      void this.told.push({ ...(fields as SandboxEnd), level, words })
    const log: Log = { ...silentLog, debug: tell('debug'), warn: tell('warn') }
    this.dataplane = new DataPlane({
      backend: this.backend,
      clock: this.clock,
      log,
      runtimes: {
        identifiers: [],
        versionHash: () => undefined,
        whyMissing: () => undefined,
        prepare: async () => image,
      },
      code: { acquire: async () => '/code', release: () => undefined } as unknown as CodeCache,
      logs: { open: () => ({ write: () => undefined }) },
      metrics: this.metrics,
      processors: 2,
      memoryBudgetBytes,
      environmentsMax,
    })
  }

  /** Its answer, whatever it is, or why there is none. */
  async invoke(version = versionOf('f')): Promise<string> {
    const request = {
      requestId: newRequestId(),
      payload: Buffer.from('{}'),
      invokedArn: version.functionArn,
      clientContext: undefined,
      traceId: 'Root=1-2-3;Sampled=0',
      tail: false,
    }
    const answer = await this.dataplane.invoke(version, request).then(
      ({ payload }) => Buffer.from(payload).toString(),
      (error: unknown) => String(error),
    )
    await settle()
    return answer
  }

  async pass(ms: number): Promise<void> {
    this.clock.advance(ms)
    await settle()
  }

  async prepare(version = versionOf('f')): Promise<void> {
    await this.dataplane.prepare(version)
    await this.pass(refillDelayMs)
  }

  /** What has been counted, without what has not happened. */
  counted(name: string): Record<string, number> {
    const family = [...this.metrics.families].find((each) => each.name === name)
    assert.ok(family, name)
    return Object.fromEntries([...family.read()].filter(([, count]) => count !== 0))
  }
}

export async function settle(): Promise<void> {
  for (let round = 0; round < 10; round += 1) await turn()
}
