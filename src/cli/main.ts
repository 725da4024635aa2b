/** The command line: what `bin/lambdad` becomes. Every command but `start` speaks HTTP to a running server. */
import { Command } from 'commander'
import { startCommand } from './commands/start.ts'
import { version } from './version.ts'

const program = new Command('lambdad')
  .description('AWS Lambda on your own machines.')
  .version(version)
  .addCommand(startCommand())

// A start must not wait for commands that it does not run.
if (process.argv[2] !== 'start') {
  const { addCommands } = await import('./commands/index.ts')
  addCommands(program)
}
await program.parseAsync()
