/**
 * The server as commands see it: AWS's API for what AWS has, `/_lambdad/` for the rest.
 *
 * Not an SDK: the few operations that commands need, without the weight of its clients. Called by: commands/*.
 * Read next: http.ts, sign.ts, credentials.ts.
 */
import type {
  FilterLogEventsRequest,
  FilterLogEventsResponse,
} from '@aws-sdk/client-cloudwatch-logs'
import type { FunctionConfiguration } from '@aws-sdk/client-lambda'
import type { RuntimeFinding, ServerStatus } from '../kernel/reports.ts'
import { type Keys, findKeys } from './credentials.ts'
import { CliError, Refusal, exitCodes } from './failure.ts'
import { type HttpAnswer, send } from './http.ts'
import { defaultPort, defaultRegion } from './places.ts'

export interface ClientOptions {
  readonly endpoint?: string
  readonly region?: string
}

interface Call {
  readonly method: string
  /** Percent-encoded. */
  readonly path: string
  readonly query?: Readonly<Record<string, string>>
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: Uint8Array | string
}

const functionsPath = '/2015-03-31/functions'

/** @throws CliError when the address or the credentials cannot be used */
export async function openClient(options: ClientOptions): Promise<Client> {
  const region = options.region ?? defaultRegion()
  return new Client(endpointOf(options), region, await findKeys())
}

/** @throws CliError for what is no address */
export function endpointOf({ endpoint }: Pick<ClientOptions, 'endpoint'>): URL {
  const text = endpoint ?? (process.env['LAMBDAD_ENDPOINT'] || `http://127.0.0.1:${defaultPort}`)
  const url = URL.parse(text)
  if (url === null || !/^https?:$/.test(url.protocol))
    throw new CliError(
      `${text} is no address of a server: it looks like http://127.0.0.1:${defaultPort} (--endpoint or LAMBDAD_ENDPOINT).`,
      exitCodes.usage,
    )
  return new URL(url.origin)
}

export class Client {
  readonly endpoint: string
  readonly region: string
  readonly keys: Keys
  readonly #url: URL

  constructor(url: URL, region: string, keys: Keys) {
    this.#url = url
    this.endpoint = url.origin
    this.region = region
    this.keys = keys
  }

  async status(): Promise<ServerStatus> {
    return (await this.#ofLambdad('/_lambdad/status')) as ServerStatus
  }

  async runtimes(): Promise<RuntimeFinding[]> {
    return (await this.#ofLambdad('/_lambdad/runtimes')) as RuntimeFinding[]
  }

  /** One request to Lambda, whatever its answer. */
  async callLambda(call: Call): Promise<HttpAnswer> {
    return await this.#call('lambda', call)
  }

  /** @param path below `/2015-03-31/functions` @throws Refusal */
  async lambda(method: string, path: string, body?: object): Promise<unknown> {
    const answer = await this.callLambda({
      method,
      path: functionsPath + path,
      ...(body && {
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      }),
    })
    return bodyOf(answer)
  }

  /** @throws Refusal: `ResourceNotFoundException` when there is none */
  async configuration(name: string): Promise<FunctionConfiguration> {
    const path = `/${encodeURIComponent(name)}/configuration`
    return (await this.lambda('GET', path)) as FunctionConfiguration
  }

  /** All of the account in the region. */
  async functions(): Promise<FunctionConfiguration[]> {
    const found: FunctionConfiguration[] = []
    let query: Record<string, string> = {}
    for (;;) {
      const answer = await this.callLambda({ method: 'GET', path: `${functionsPath}/`, query })
      const { Functions, NextMarker } = bodyOf(answer) as {
        readonly Functions: readonly FunctionConfiguration[]
        readonly NextMarker?: string
      }
      found.push(...Functions)
      if (NextMarker === undefined || NextMarker === null) return found
      query = { Marker: NextMarker }
    }
  }

  async filterLogEvents(input: FilterLogEventsRequest): Promise<FilterLogEventsResponse> {
    return (await this.#logs('FilterLogEvents', input)) as FilterLogEventsResponse
  }

  /** Their names. */
  async logGroups(): Promise<string[]> {
    const found: string[] = []
    let nextToken: string | undefined
    do {
      const page = (await this.#logs('DescribeLogGroups', { nextToken })) as {
        readonly logGroups: readonly { readonly logGroupName: string }[]
        readonly nextToken?: string
      }
      found.push(...page.logGroups.map(({ logGroupName }) => logGroupName))
      nextToken = page.nextToken
    } while (nextToken !== undefined)
    return found
  }

  async deleteLogGroup(logGroupName: string): Promise<void> {
    await this.#logs('DeleteLogGroup', { logGroupName })
  }

  /** The twelve digits of who asks. */
  async account(): Promise<string> {
    const answer = await this.#call('sts', {
      method: 'POST',
      path: '/',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: 'Action=GetCallerIdentity&Version=2011-06-15',
    })
    if (answer.status !== 200) throw refusalOf(answer)
    const account = /<Account>(\d{12})<\/Account>/.exec(answer.body.toString('utf8'))?.[1]
    if (account === undefined) throw this.#notLambdad()
    return account
  }

  async #logs(operation: string, input: object): Promise<unknown> {
    const answer = await this.#call('logs', {
      method: 'POST',
      path: '/',
      headers: {
        'content-type': 'application/x-amz-json-1.1',
        'x-amz-target': `Logs_20140328.${operation}`,
      },
      body: JSON.stringify(input),
    })
    return bodyOf(answer)
  }

  async #ofLambdad(path: string): Promise<unknown> {
    const answer = await this.#call('lambda', { method: 'GET', path })
    const isOurs = answer.headers['content-type']?.startsWith('application/json') ?? false
    if (answer.status === 404 || !isOurs) throw this.#notLambdad()
    return bodyOf(answer)
  }

  #notLambdad(): CliError {
    return new CliError(
      `what answers at ${this.endpoint} is not lambdad, or an older one. Name the server with --endpoint or LAMBDAD_ENDPOINT.`,
      exitCodes.unreachable,
    )
  }

  async #call(service: string, call: Call): Promise<HttpAnswer> {
    const url = new URL(call.path, this.#url)
    for (const [name, value] of Object.entries(call.query ?? {})) url.searchParams.set(name, value)
    const body = Buffer.from(call.body ?? '')
    const request = { method: call.method, headers: call.headers ?? {}, body }
    const { sign } = await import('./sign.ts')
    return await send(
      url,
      await sign(url, request, { keys: this.keys, region: this.region, service }),
    )
  }
}

/** What an answer says. @throws Refusal */
function bodyOf(answer: HttpAnswer): unknown {
  if (answer.status >= 300) throw refusalOf(answer)
  const text = answer.body.toString('utf8')
  return text === '' ? {} : JSON.parse(text)
}

/** What AWS's protocols say of a refusal, with what to do where that is known. */
export function refusalOf(answer: HttpAnswer): Refusal {
  const { code, message } = errorIn(answer)
  const advice = adviceOn(code)
  const words = message === '' ? `the server answered ${answer.status} ${code}` : message
  return new Refusal(code, answer.status, advice === undefined ? words : `${words} ${advice}`)
}

function errorIn({ headers, body, status }: HttpAnswer): { code: string; message: string } {
  const text = body.toString('utf8')
  let told: Record<string, unknown>
  try {
    told = JSON.parse(text) as Record<string, unknown>
  } catch {
    // XML, of the query protocol, or something else.
    told = { code: /<Code>([^<]*)</.exec(text)?.[1], message: /<Message>([^<]*)</.exec(text)?.[1] }
  }
  const first = (...values: readonly unknown[]): string | undefined =>
    values.find((value) => typeof value === 'string')
  const named = first(headers['x-amzn-errortype'], told['__type'], told['code'])
  const code = (named ?? `HTTP ${status}`).split(':')[0]?.split('#').at(-1) ?? ''
  return { code, message: first(told['message'], told['Message']) ?? '' }
}

const unsigned =
  /^(InvalidSignature|SignatureDoesNotMatch|UnrecognizedClient|InvalidClientTokenId|MissingAuthenticationToken|ExpiredToken|IncompleteSignature)/

function adviceOn(code: string): string | undefined {
  if (unsigned.test(code))
    return 'This server verifies signatures (--auth on): export AWS_SHARED_CREDENTIALS_FILE=FILE, with the file that its ready line names.'
  return undefined
}
