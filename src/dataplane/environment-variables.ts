import type { RunnableVersion, RuntimeImage, SessionKeys } from '../kernel/ports.ts'
import { sandboxUser } from '../sandbox/limits.ts'

/** What every function's process has, and what one that waits for its function begins with. */
export const commonVariables = {
  LANG: 'en_US.UTF-8',
  PATH: '/usr/local/bin:/usr/bin/:/bin:/opt/bin',
  LD_LIBRARY_PATH:
    '/var/lang/lib:/lib64:/usr/lib64:/var/runtime:/var/runtime/lib:/var/task:/var/task/lib:/opt/lib',
  TZ: ':UTC',
  // An OCI runtime sets it where it is missing, but that is lost when a waiting process gets its variables.
  HOME: `/home/${sandboxUser.name}`,
} as const

/** How a function reaches the services it is allowed to use. */
export interface OwnAccess {
  /** Where lambdad answers functions; undefined where they have no network. */
  readonly endpointUrl: string | undefined
  readonly keys: SessionKeys | undefined
}

/**
 * The variables of a function's process. Later groups win, so that the customer cannot override what the
 * platform reserves (order and values: AWS Lambda developer guide, "Defined runtime environment variables").
 */
export function environmentVariables(
  version: RunnableVersion,
  image: RuntimeImage,
  logStream: string,
  { endpointUrl, keys }: OwnAccess,
  initializationType: 'on-demand' | 'provisioned-concurrency' = 'on-demand',
): Record<string, string> {
  return {
    ...commonVariables,
    // The SDKs of all languages look for it: what a function calls is served here.
    ...(endpointUrl === undefined ? {} : { AWS_ENDPOINT_URL: endpointUrl }),
    AWS_XRAY_CONTEXT_MISSING: 'LOG_ERROR',
    AWS_XRAY_DAEMON_ADDRESS: '169.254.79.129:2000',
    ...image.env,
    ...version.environment,
    ...logging(version),
    ...(keys === undefined
      ? {}
      : {
          AWS_ACCESS_KEY_ID: keys.accessKeyId,
          AWS_SECRET_ACCESS_KEY: keys.secretAccessKey,
          AWS_SESSION_TOKEN: keys.sessionToken,
        }),
    _HANDLER: version.handler,
    AWS_REGION: version.region,
    AWS_DEFAULT_REGION: version.region,
    ...(image.versionLabel === undefined
      ? {}
      : { AWS_EXECUTION_ENV: `AWS_Lambda_${version.runtime}` }),
    AWS_LAMBDA_FUNCTION_NAME: version.functionName,
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(version.memoryMb),
    AWS_LAMBDA_FUNCTION_VERSION: version.version,
    AWS_LAMBDA_INITIALIZATION_TYPE: initializationType,
    AWS_LAMBDA_LOG_GROUP_NAME: version.logGroup,
    AWS_LAMBDA_LOG_STREAM_NAME: logStream,
    AWS_LAMBDA_RUNTIME_API: '127.0.0.1:9001',
    LAMBDA_TASK_ROOT: '/var/task',
    LAMBDA_RUNTIME_DIR: '/var/runtime',
  }
}

function logging(version: RunnableVersion): Record<string, string> {
  const level = version.applicationLogLevel
  return {
    AWS_LAMBDA_LOG_FORMAT: version.logFormat,
    ...(level === undefined ? {} : { AWS_LAMBDA_LOG_LEVEL: level }),
  }
}
