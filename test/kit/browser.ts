/** A real browser as a client: Chromium without a window, with an empty profile that goes with it. */
import { mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { type BrowserContext, chromium } from 'playwright-core'

/** Set by tools/in-toolchain; empty when there is none. */
const chromiumPath = process.env['LAMBDAD_TEST_CHROMIUM'] ?? ''
export const noChromium: string | undefined =
  chromiumPath === '' ? 'there is no Chromium; npm test installs one where it can' : undefined

export interface TestBrowser extends AsyncDisposable {
  readonly context: BrowserContext
}

export async function startBrowser(): Promise<TestBrowser> {
  await using stack = new AsyncDisposableStack()
  const profile = await mkdtemp(path.join(os.tmpdir(), 'lambdad-chromium-'))
  stack.defer(() => rm(profile, { recursive: true, force: true }))
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: chromiumPath,
    headless: true,
    // Root may have no sandbox around it, and it asks nobody but the test's own servers.
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  })
  stack.defer(() => context.close())
  const owned = stack.move()
  return { context, [Symbol.asyncDispose]: () => owned.disposeAsync() }
}
