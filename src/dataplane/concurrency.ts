/**
 * How many invocations run, by account and function, against what each may have.
 *
 * Invariant: a function that has some reserved draws on these alone; all others share what nobody has reserved.
 * Source: developer guide, "Understanding Lambda function scaling". Called by: dataplane.ts.
 */
import type { FunctionArn, Scope } from '../kernel/brand.ts'
import { accountConcurrencyMax } from './limits.ts'

/** As `Reason` of TooManyRequestsException has it. Source: API reference, Invoke. */
export type ThrottleReason =
  | 'ConcurrentInvocationLimitExceeded'
  | 'ReservedFunctionConcurrentInvocationLimitExceeded'

interface AccountShare {
  /** Of functions that have none reserved. */
  running: number
  /** What they may have together. */
  left: number
}

export class FunctionConcurrency {
  readonly #account: AccountShare
  #running = 0
  #reserved: number | undefined

  constructor(account: AccountShare) {
    this.#account = account
  }

  /** Undefined when one more may run: then `leave` has to follow. */
  enter(): ThrottleReason | undefined {
    if (this.#reserved !== undefined) {
      if (this.#running >= this.#reserved)
        return 'ReservedFunctionConcurrentInvocationLimitExceeded'
    } else {
      if (this.#account.running >= this.#account.left) return 'ConcurrentInvocationLimitExceeded'
      this.#account.running += 1
    }
    this.#running += 1
    return undefined
  }

  leave(): void {
    this.#running -= 1
    if (this.#reserved === undefined) this.#account.running -= 1
  }

  get running(): number {
    return this.#running
  }

  /** The most that may run at once. */
  get limit(): number {
    return this.#reserved ?? this.#account.left
  }

  /** What runs now counts where it counts from now on. */
  reserve(reserved: number | undefined): void {
    this.#account.left -= (reserved ?? 0) - (this.#reserved ?? 0)
    if (this.#reserved === undefined && reserved !== undefined) {
      this.#account.running -= this.#running
    } else if (this.#reserved !== undefined && reserved === undefined) {
      this.#account.running += this.#running
    }
    this.#reserved = reserved
  }
}

export class Concurrency {
  readonly #accounts = new Map<string, AccountShare>()
  readonly #functions = new Map<FunctionArn, FunctionConcurrency>()

  /** One for each function, as long as this server runs. */
  of(scope: Scope, functionArn: FunctionArn): FunctionConcurrency {
    let found = this.#functions.get(functionArn)
    if (!found) {
      found = new FunctionConcurrency(this.#accountOf(scope))
      this.#functions.set(functionArn, found)
    }
    return found
  }

  #accountOf({ account, region }: Scope): AccountShare {
    const key = `${account}/${region}`
    let share = this.#accounts.get(key)
    if (!share) {
      share = { running: 0, left: accountConcurrencyMax }
      this.#accounts.set(key, share)
    }
    return share
  }
}
