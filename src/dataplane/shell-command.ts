/**
 * A command as a line for a shell that waits for it on its standard input and becomes it.
 * Every word is quoted, so that nothing in a function's variables means anything to the shell.
 */
export function shellCommand(
  command: readonly string[],
  env: Readonly<Record<string, string>>,
  workingDirectory: string,
): string {
  const variables = Object.entries(env).map(([name, value]) => `${name}=${value}`)
  const words = ['/usr/bin/env', '-i', '--', ...variables, ...command].map(quoted)
  return `cd ${quoted(workingDirectory)} && exec ${words.join(' ')} </dev/null\n`
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", String.raw`'\''`)}'`
}
