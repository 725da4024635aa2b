import type { ServerConfig } from '../kernel/config.ts'

/** What is printed when the server is ready. */
export function banner(
  server: { readonly url: string; readonly credentialsFile: string | undefined },
  config: ServerConfig,
  startedInMs: number,
): string {
  const how = config.isolation === 'oci' ? config.ociRuntime : 'no isolation'
  const ready = `lambdad is ready on ${server.url} after ${Math.round(startedInMs)} ms (${how}, auth ${config.auth}, data in ${config.dataDirectory})`
  const access =
    server.credentialsFile === undefined
      ? []
      : [
          `The root access key is in ${server.credentialsFile}: export AWS_SHARED_CREDENTIALS_FILE=${server.credentialsFile}`,
        ]
  return [ready, ...access].join('\n')
}

/**
 * What to type next, once the sample can be invoked. Written for every AWS CLI in use: older ones know neither
 * AWS_ENDPOINT_URL nor raw payloads.
 */
export function nextSteps(url: string, anyCredential: boolean): string {
  const aws = `aws --endpoint-url ${url}`
  return [
    '',
    'Try the sample function, in another terminal:',
    '',
    ...(anyCredential ? ['  export AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test'] : []),
    '  export AWS_DEFAULT_REGION=us-east-1',
    `  ${aws} lambda invoke --function-name hello /dev/stdout`,
    `  ${aws} logs tail /aws/lambda/hello --follow`,
  ].join('\n')
}
