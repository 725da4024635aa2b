/** For the tests of signed code: configurations, a directory of signing profiles, and packages signed by them. */
import { createHash, generateKeyPairSync, sign } from 'node:crypto'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import type { CodeSigningConfig } from '@aws-sdk/client-lambda'
import { zipSync } from 'fflate'
import { type TestLambda, refusal } from '../test-support.ts'

export type Files = Readonly<Record<string, string | Uint8Array>>

export function zipOf(files: Files): Uint8Array {
  const entries = Object.entries(files).map(([name, text]) => [name, Buffer.from(text)])
  return zipSync(Object.fromEntries(entries), { mtime: '2026-01-01T00:00:00Z' })
}

/** As sha384sum(1) writes it. */
export function manifestOf(files: Files): string {
  return Object.entries(files)
    .map(([name, text]) => `${createHash('sha384').update(text).digest('hex')}  ./${name}\n`)
    .join('')
}

export interface TestProfile {
  readonly arn: string
  /** Where its public key is. */
  readonly file: string
  /** The signature of a manifest. */
  sign(manifest: string): Uint8Array
  /** A signed package. @param head lines before those of the files */
  package(files: Files, head?: string): Uint8Array
}

export interface TestProfiles extends AsyncDisposable {
  readonly directory: string
  make(name: string, curve?: string): Promise<TestProfile>
}

export async function openTestProfiles(account = '123456789012'): Promise<TestProfiles> {
  const directory = await mkdtemp(path.join(os.tmpdir(), 'lambdad-signing-'))
  return {
    directory,
    async make(name, namedCurve = 'secp384r1') {
      const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve })
      const folder = path.join(directory, account, name)
      const file = path.join(folder, 'Version001.pem')
      await mkdir(folder, { recursive: true })
      await writeFile(file, publicKey.export({ type: 'spki', format: 'pem' }))
      const signed = (manifest: string) => sign('sha384', Buffer.from(manifest), privateKey)
      return {
        arn: `arn:aws:signer:eu-west-1:${account}:/signing-profiles/${name}/Version001`,
        file,
        sign: signed,
        package(files, head = '') {
          const manifest = head + manifestOf(files)
          return zipOf({
            ...files,
            'META-INF/lambdad-manifest': manifest,
            'META-INF/lambdad-signature': signed(manifest),
          })
        },
      }
    },
    [Symbol.asyncDispose]: () => rm(directory, { recursive: true }),
  }
}

/** The profile `ours` of `openTestProfiles`. */
export const publisher = 'arn:aws:signer:eu-west-1:123456789012:/signing-profiles/ours/Version001'
export const unknownConfig =
  'arn:aws:lambda:eu-west-1:123456789012:code-signing-config:csc-00000000000000000'

/** @returns the ARN of a new configuration */
export async function makeConfig(
  lambda: TestLambda,
  policy: 'Warn' | 'Enforce' = 'Enforce',
  changes: object = {},
): Promise<string> {
  const { CodeSigningConfig: config } = await lambda.call<{ CodeSigningConfig: CodeSigningConfig }>(
    'CreateCodeSigningConfig',
    {
      AllowedPublishers: { SigningProfileVersionArns: [publisher] },
      CodeSigningPolicies: { UntrustedArtifactOnDeployment: policy },
      ...changes,
    },
  )
  return config.CodeSigningConfigArn ?? ''
}

export async function getConfig(
  lambda: TestLambda,
  arn: string,
  changes = {},
): Promise<CodeSigningConfig> {
  const input = { CodeSigningConfigArn: arn }
  const { CodeSigningConfig: config } = await lambda.call<{ CodeSigningConfig: CodeSigningConfig }>(
    'GetCodeSigningConfig',
    input,
    changes,
  )
  return config
}

/** observed */
export function noConfig(arn: string) {
  return refusal(
    'ResourceNotFoundException',
    404,
    `The Lambda code signing configuration ${arn} can not be found.`,
  )
}

/** observed */
export function noGivenConfig(arn: string) {
  return refusal(
    'CodeSigningConfigNotFoundException',
    404,
    `The code signing configuration cannot be found. Check that the provided configuration is not deleted: ${arn}.`,
  )
}
