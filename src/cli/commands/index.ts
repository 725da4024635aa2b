/** Every command but `start`, which must not wait for them: main.ts loads this file for all others. */
import type { Command } from 'commander'
import { endUsage } from '../command.ts'
import { awsCommand } from './aws.ts'
import { completionCommand } from './completion.ts'
import { coverageCommand } from './coverage.ts'
import { deployCommand } from './deploy.ts'
import { doctorCommand } from './doctor.ts'
import { functionsCommand } from './functions.ts'
import { invokeCommand } from './invoke.ts'
import { logsCommand } from './logs.ts'
import { resetCommand } from './reset.ts'
import { runtimesCommand } from './runtimes.ts'
import { statusCommand } from './status.ts'

/** What they need beside their options is loaded when they run. */
export function addCommands(program: Command): void {
  program
    // So that all words after `aws` are that program's.
    .enablePositionalOptions()
    .exitOverride(endUsage)
    .addCommand(doctorCommand())
    .addCommand(statusCommand())
    .addCommand(deployCommand())
    .addCommand(invokeCommand())
    .addCommand(logsCommand())
    .addCommand(functionsCommand())
    .addCommand(runtimesCommand())
    .addCommand(coverageCommand())
    .addCommand(resetCommand())
    .addCommand(awsCommand())
    .addCommand(completionCommand(program))
}
