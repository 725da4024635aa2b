/** A function's URL: its record, how the API shows it, and where it is. Pure. */
import type { Cors, FunctionUrlConfig } from '@aws-sdk/client-lambda'
import { isIP } from 'node:net'
import type { Region } from '../../../kernel/brand.ts'

export interface UrlRecord {
  /** 32 characters; the first label of its host name. */
  readonly id: string
  readonly authType: 'NONE' | 'AWS_IAM'
  readonly cors: Cors | undefined
  readonly invokeMode: 'BUFFERED' | 'RESPONSE_STREAM'
  /** Unix epoch ms. */
  readonly createdMs: number
  readonly lastModifiedMs: number
}

/** Where clients without such host names find a function: `<prefix><id>/<path>`. */
export const urlPathPrefix = '/_lambdad/url/'

const hostForm = /^(?<id>[a-z0-9]{32})\.lambda-url\.[a-z0-9-]+\./

/** The id in `<id>.lambda-url.<region>.<whatever lambdad is called>`; undefined for any other host. */
export function idOfHost(host: string): string | undefined {
  return hostForm.exec(host)?.groups?.['id']
}

/**
 * By the name under which the client reached us: below `localhost` every name is this machine (RFC 6761), below an
 * address there is none.
 * @param endpoint for example `http://127.0.0.1:4566`
 */
export function urlOf(id: string, region: Region, endpoint: string): string {
  const { protocol, hostname, port } = new URL(endpoint)
  const host = hostname === '127.0.0.1' || hostname === '[::1]' ? 'localhost' : hostname
  const where = port === '' ? host : `${host}:${port}`
  if (isIP(host.replaceAll(/[[\]]/g, '')) !== 0)
    return `${protocol}//${where}${urlPathPrefix}${id}/`
  return `${protocol}//${id}.lambda-url.${region}.${where}/`
}

/** FunctionUrlConfig of the Lambda model. @param arn of the function or the alias */
export function urlConfiguration(
  record: UrlRecord,
  arn: string,
  region: Region,
  endpoint: string,
): FunctionUrlConfig {
  return {
    FunctionUrl: urlOf(record.id, region, endpoint),
    FunctionArn: arn,
    AuthType: record.authType,
    ...(record.cors ? { Cors: record.cors } : {}),
    CreationTime: new Date(record.createdMs).toISOString(),
    LastModifiedTime: new Date(record.lastModifiedMs).toISOString(),
    InvokeMode: record.invokeMode,
  }
}
