/** `lambdad aws ...`: the AWS CLI that is installed, against the server. All words after `aws` are its own. */
import { spawn } from 'node:child_process'
import os from 'node:os'
import type { Command } from 'commander'
import { endpointOf } from '../client.ts'
import { action, newCommand } from '../command.ts'
import { findKeys } from '../credentials.ts'
import { CliError, exitCodes } from '../failure.ts'
import { defaultRegion } from '../places.ts'

export function awsCommand(): Command {
  return (
    newCommand('aws', 'run the AWS CLI against the server (LAMBDAD_ENDPOINT names another)')
      .usage('<service> <operation> [parameters...]')
      .argument('[words...]')
      .allowUnknownOption()
      .passThroughOptions()
      // The AWS CLI has help of its own.
      .helpOption(false)
      .action(action(run))
  )
}

async function run(words: readonly string[]): Promise<void> {
  const child = spawn('aws', argumentsFor(words), {
    stdio: 'inherit',
    env: { ...process.env, ...(await environmentFor(words)) },
  })
  // The terminal sends an interrupt to both; the child decides what it means.
  process.on('SIGINT', () => undefined)
  process.on('SIGTERM', () => child.kill('SIGTERM'))
  process.exitCode = await new Promise<number>((resolve, reject) => {
    child.once('error', (error: NodeJS.ErrnoException) => reject(notStarted(error)))
    child.once('exit', (code, signal) =>
      resolve(code ?? 128 + os.constants.signals[signal ?? 'SIGTERM']),
    )
  })
}

/** Not AWS_ENDPOINT_URL, which versions before 1.29.0 and 2.13.0 do not know. */
function argumentsFor(words: readonly string[]): string[] {
  const isGiven = words.some((word) => /^--endpoint-url(=|$)/.test(word))
  return isGiven ? [...words] : ['--endpoint-url', endpointOf({}).origin, ...words]
}

/** What the user has not chosen: a region, and keys, so that those of a real account stay at home. */
async function environmentFor(words: readonly string[]): Promise<Record<string, string>> {
  const region = defaultRegion()
  const env: Record<string, string> = { AWS_DEFAULT_REGION: region, AWS_REGION: region }
  const hasProfile =
    Boolean(process.env['AWS_PROFILE']) || words.some((word) => /^--profile(=|$)/.test(word))
  if (hasProfile) return env
  const { accessKeyId, secretAccessKey, sessionToken } = await findKeys()
  return {
    ...env,
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    ...(sessionToken === undefined ? {} : { AWS_SESSION_TOKEN: sessionToken }),
  }
}

function notStarted(error: NodeJS.ErrnoException): CliError {
  const words =
    error.code === 'ENOENT'
      ? 'the AWS CLI is not installed, or not on PATH. Install it (Debian, Ubuntu: apt-get install awscli; or pipx install awscli).'
      : `the AWS CLI could not be started: ${error.message}`
  return new CliError(words, exitCodes.noProgram)
}
