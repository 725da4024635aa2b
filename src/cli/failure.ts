/** How a command ends when it does not succeed. */

/** As docs/cli.md tells them. */
export const exitCodes = { failed: 1, usage: 2, unreachable: 3, noProgram: 127 } as const

/** Words for the terminal: what was wrong and what to do. Never a stack. */
export class CliError extends Error {
  override readonly name = 'CliError'
  readonly exitCode: number

  constructor(message: string, exitCode: number = exitCodes.failed, options?: ErrorOptions) {
    super(message, options)
    this.exitCode = exitCode
  }
}

/** The server refused a request, in AWS's words. */
export class Refusal extends CliError {
  /** AWS's exception name, for example `ResourceNotFoundException`. */
  readonly code: string
  readonly status: number

  constructor(code: string, status: number, message: string) {
    super(message)
    this.code = code
    this.status = status
  }
}
