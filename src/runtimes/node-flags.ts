/**
 * Node.js's flags as AWS's bootstrap gives them: the heap in proportion to the function's memory, and module
 * features held back on the older runtimes. What the customer's NODE_OPTIONS decides is left to it.
 */
export function nodeFlags(major: number, memoryMb: number, nodeOptions: string): string[] {
  const flags = ['--expose-gc', '--max-http-header-size=81920']
  const tenth = Math.floor(memoryMb / 10)
  if (!/--max-(?:semi|old)-space-size/.test(nodeOptions.replaceAll('_', '-'))) {
    flags.push(`--max-semi-space-size=${Math.floor(tenth / 2)}`)
    flags.push(`--max-old-space-size=${memoryMb - tenth}`)
  }
  if (major <= 22 && !nodeOptions.includes('--experimental-require-module')) {
    flags.push('--no-experimental-require-module')
  }
  if (major === 22 && !nodeOptions.includes('--experimental-detect-module')) {
    flags.push('--no-experimental-detect-module')
  }
  return flags
}
