/** What an operator may choose. The command line fills it in; `app` builds a server from it. */
export interface ServerConfig {
  readonly host: string
  /** 0 takes any free port. */
  readonly port: number
  /** Absolute. */
  readonly dataDirectory: string
  /** Absolute; downloaded runtimes, shared by all servers of the user. */
  readonly cacheDirectory: string
  /** `process` runs functions as plain processes, without isolation. */
  readonly isolation: 'oci' | 'process'
  /** `runsc` is gVisor. */
  readonly ociRuntime: 'crun' | 'runc' | 'runsc'
  /** `strict` makes a function's CPU share a hard quota. */
  readonly cpu: 'shared' | 'strict'
  /** Whether processors that have nothing to do are kept from sleeping under load and at cold starts, where that helps. */
  readonly cpuIdle: 'poll' | 'sleep'
  /** Whether a runtime that this machine lacks is replaced by the nearest version of its language. */
  readonly runtimeFallback: boolean
  /** What functions reach beside their own loopback: nothing, lambdad, or lambdad and the network. */
  readonly network: 'none' | 'host-only' | 'egress'
  /** Memory that sandboxes may use which wait for a function, MiB; 0: none are made ahead. */
  readonly memoryBudgetMb: number
  /** What functions' logs may use on disk, MiB; beyond it the oldest are deleted. 0: all are kept. */
  readonly logStorageMb: number
  /** `off` believes every credential; `on` wants signatures by stored access keys. */
  readonly auth: 'on' | 'off'
  readonly logFormat: 'text' | 'json'
  /** File that holds the key of what is encrypted at rest; undefined for one of our own in the data directory. */
  readonly keyFile: string | undefined
}

/** The configuration cannot be used: words for the terminal. */
class ConfigError extends Error {
  override readonly name = 'ConfigError'
}

/**
 * @throws ConfigError when the server would be reachable from other machines without asking who is there:
 * whoever may create functions may run code.
 */
export function checkConfig(config: ServerConfig): void {
  if (config.auth === 'off' && !isLoopback(config.host)) {
    throw new ConfigError(
      `--host ${config.host} would let every machine that reaches this one run code on it. Add --auth on, or listen on 127.0.0.1.`,
    )
  }
}

export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(host)
}
