/** `lambdad completion SHELL`: a script by which the shell completes commands, options and functions' names. */
import { Argument, type Command } from 'commander'
import { action, newCommand } from '../command.ts'

/** What a shell can complete. */
interface Completable {
  readonly name: string
  readonly description: string
  /** `--json`, `-f`, each with its description. */
  readonly options: readonly { readonly flags: readonly string[]; readonly description: string }[]
}

/** Commands whose first word is a function's name. */
const ofFunctions = ['invoke', 'logs']

const shells = { bash, zsh, fish } as const

export function completionCommand(program: Command): Command {
  return newCommand('completion', 'print a script that completes commands in a shell')
    .addArgument(new Argument('<shell>').choices(Object.keys(shells)))
    .addHelpText(
      'after',
      '\nFor every new shell:\n  bash: eval "$(lambdad completion bash)", in ~/.bashrc\n  zsh:  eval "$(lambdad completion zsh)", in ~/.zshrc\n  fish: lambdad completion fish > ~/.config/fish/completions/lambdad.fish',
    )
    .action(
      action(async (shell: keyof typeof shells) => {
        process.stdout.write(shells[shell](commandsOf(program)))
      }),
    )
}

function commandsOf(program: Command): Completable[] {
  const help = program.createHelp()
  return program.commands.map((command) => ({
    name: command.name(),
    description: command.description(),
    options: help.visibleOptions(command).map(({ short, long, description }) => ({
      flags: [short, long].filter((flag) => flag !== undefined && flag !== null),
      description,
    })),
  }))
}

function bash(commands: readonly Completable[]): string {
  const cases = commands.map(({ name, options }) => {
    const flags = options.flatMap((option) => option.flags).join(' ')
    return `    ${name}) words='${flags}' ;;\n`
  })
  return `# bash completion of lambdad
_lambdad() {
  local word=\${COMP_WORDS[COMP_CWORD]} words=
  COMPREPLY=()
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W '${commands.map(({ name }) => name).join(' ')}' -- "$word"))
    return
  fi
  case \${COMP_WORDS[1]} in
${cases.join('')}  esac
  case $word in
    -*) COMPREPLY=($(compgen -W "$words" -- "$word")); return ;;
  esac
  case \${COMP_WORDS[1]} in
    ${ofFunctions.join(' | ')}) COMPREPLY=($(compgen -W "$(lambdad functions --names 2> /dev/null)" -- "$word")) ;;
    deploy) COMPREPLY=($(compgen -d -- "$word")) ;;
    completion) COMPREPLY=($(compgen -W '${Object.keys(shells).join(' ')}' -- "$word")) ;;
  esac
}
complete -F _lambdad lambdad
`
}

function zsh(commands: readonly Completable[]): string {
  const names = commands.map(({ name, description }) => `    ${quoted(`${name}:${description}`)}\n`)
  const cases = commands.map(({ name, options }) => {
    const flags = options.flatMap((option) => option.flags)
    return `      ${name}) flags=(${flags.join(' ')}) ;;\n`
  })
  return `#compdef lambdad
_lambdad() {
  local -a commands flags functions
  commands=(
${names.join('')}  )
  if (( CURRENT == 2 )); then
    _describe command commands
    return
  fi
  case $words[2] in
${cases.join('')}  esac
  if [[ $PREFIX == -* ]]; then
    compadd -- $flags
    return
  fi
  case $words[2] in
    ${ofFunctions.join('|')}) functions=(\${(f)"$(lambdad functions --names 2> /dev/null)"}); compadd -- $functions ;;
    deploy) _directories ;;
    completion) compadd ${Object.keys(shells).join(' ')} ;;
    *) _files ;;
  esac
}
compdef _lambdad lambdad
`
}

function fish(commands: readonly Completable[]): string {
  const lines = commands.flatMap(({ name, description, options }) => [
    `complete -c lambdad -n __fish_use_subcommand -a ${name} -d ${quoted(description)}`,
    ...options.map(({ flags, description: about }) => {
      const words = flags.map(
        (flag) => `${flag.startsWith('--') ? '-l' : '-s'} ${flag.replace(/^-+/, '')}`,
      )
      return `complete -c lambdad -n '__fish_seen_subcommand_from ${name}' ${words.join(' ')} -d ${quoted(about)}`
    }),
  ])
  const last = [
    `complete -c lambdad -n '__fish_seen_subcommand_from ${ofFunctions.join(' ')}' -a '(lambdad functions --names 2> /dev/null)'`,
    `complete -c lambdad -n '__fish_seen_subcommand_from completion' -a '${Object.keys(shells).join(' ')}'`,
    `complete -c lambdad -n '__fish_seen_subcommand_from deploy' -a '(__fish_complete_directories)'`,
  ]
  return `# fish completion of lambdad\ncomplete -c lambdad -f\n${[...lines, ...last].join('\n')}\n`
}

/** As one word of a shell. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}
