/**
 * Node.js's flags as AWS's bootstrap gives them: the heap in proportion to the function's memory, and module
 * features held back on the older runtimes. What the customer's NODE_OPTIONS decides is left to it. AWS's first one,
 * `--expose-gc`, costs every start 10 ms and more: node/globals.cjs stands in for it.
 */
export function nodeFlags(major: number, memoryMb: number, nodeOptions: string): string[] {
  const flags = ['--max-http-header-size=81920']
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

/**
 * Variables that Node.js, V8, libuv, ICU, OpenSSL or the C library read only when a process starts: a function that
 * sets one cannot be served by a process that has started already. NODE_ENV and NODE_PATH it reads when they are used.
 */
const readAtStart =
  /^(?:NODE_(?!ENV$|PATH$)|UV_|LD_|MALLOC_|GLIBC_|LC_|LANG$|LANGUAGE$|ICU_|OPENSSL_|SSL_CERT_|V8_|FORCE_COLOR$|NO_COLOR$)/

/** See `RuntimeImage.needsOwnStart`. */
export function nodeNeedsOwnStart(environment: Readonly<Record<string, string>>): boolean {
  return Object.keys(environment).some((name) => readAtStart.test(name))
}
