/**
 * The refusal of every setting that lambdad does not carry out yet: what is accepted works.
 *
 * Written as what is served, not as what is not, so that a member which a newer model brings is refused until
 * somebody serves it. Called by: the operations that take settings. A test goes through all members of the model.
 */
import type {
  CreateFunctionRequest,
  InvocationRequest,
  InvokeWithResponseStreamRequest,
  PublishLayerVersionRequest,
  PublishVersionRequest,
  UpdateFunctionCodeRequest,
  UpdateFunctionConfigurationRequest,
} from '@aws-sdk/client-lambda'
import { ServiceError } from '../../kernel/errors.ts'

/** All of it; or these values, which are what happens anyway; or these members of it. */
type Served = true | readonly unknown[] | { readonly [member: string]: Served }

/** What is served of one request, its members checked against the SDK's. */
type ServedOf<Input> = { readonly [Member in keyof Input]?: Served }

/** What CreateFunction and UpdateFunctionConfiguration have in common. */
const configuration = {
  FunctionName: true,
  Runtime: true,
  Role: true,
  Handler: true,
  Description: true,
  Timeout: true,
  MemorySize: true,
  Environment: { Variables: true },
  EphemeralStorage: { Size: true },
  LoggingConfig: {
    LogFormat: true,
    ApplicationLogLevel: true,
    SystemLogLevel: true,
    LogGroup: true,
  },
  TracingConfig: true,
  DeadLetterConfig: true,
  KMSKeyArn: true,
  VpcConfig: { SubnetIds: true, SecurityGroupIds: true, Ipv6AllowedForDualStack: true },
  FileSystemConfigs: true,
  SnapStart: { ApplyOn: true },
  Layers: true,
  CapacityProviderConfig: true,
} satisfies ServedOf<CreateFunctionRequest> & ServedOf<UpdateFunctionConfigurationRequest>

const served = {
  CreateFunction: {
    ...configuration,
    Code: { ZipFile: true },
    PackageType: ['Zip'],
    Architectures: true,
    Tags: true,
    Publish: true,
    CodeSigningConfigArn: true,
    TenancyConfig: { TenantIsolationMode: true },
    PublishTo: true,
  } satisfies ServedOf<CreateFunctionRequest>,
  UpdateFunctionConfiguration: {
    ...configuration,
    RevisionId: true,
  } satisfies ServedOf<UpdateFunctionConfigurationRequest>,
  UpdateFunctionCode: {
    FunctionName: true,
    ZipFile: true,
    Architectures: true,
    DryRun: true,
    Publish: true,
    PublishTo: true,
    RevisionId: true,
  } satisfies ServedOf<UpdateFunctionCodeRequest>,
  PublishLayerVersion: {
    LayerName: true,
    Description: true,
    Content: { ZipFile: true },
    CompatibleArchitectures: true,
    CompatibleRuntimes: true,
    LicenseInfo: true,
  } satisfies ServedOf<PublishLayerVersionRequest>,
  PublishVersion: {
    FunctionName: true,
    CodeSha256: true,
    Description: true,
    PublishTo: true,
    RevisionId: true,
  } satisfies ServedOf<PublishVersionRequest>,
  Invoke: {
    FunctionName: true,
    Qualifier: true,
    InvocationType: true,
    LogType: true,
    ClientContext: true,
    Payload: true,
    TenantId: true,
  } satisfies ServedOf<InvocationRequest>,
  InvokeWithResponseStream: {
    FunctionName: true,
    Qualifier: true,
    InvocationType: true,
    LogType: true,
    ClientContext: true,
    Payload: true,
    TenantId: true,
  } satisfies ServedOf<InvokeWithResponseStreamRequest>,
} as const

/**
 * Empty values ask for nothing: clients send them to mean "none".
 * @throws ServiceError naming the first setting that would be accepted and then ignored.
 */
export function refuseUnserved(operation: keyof typeof served, input: object): void {
  const name = firstUnserved(input, served[operation], '')
  if (name === undefined) return
  throw new ServiceError(
    'InvalidParameterValueException',
    `${name} is not supported by lambdad yet${wayOut(name)}`,
  )
}

/** What to do instead, by the beginning of the setting's path; it follows "is not supported by lambdad yet". */
const waysOut: readonly (readonly [path: RegExp, words: string])[] = [
  [
    /^(Code\.|Content\.)?S3/,
    ': there is no S3 to read it from. Send the package itself, as ZipFile (AWS CLI: --zip-file fileb://package.zip).',
  ],
  [
    /^(Code\.ImageUri|ImageConfig|PackageType Image)/,
    ': container images are not run. Send the code as a .zip package, with Runtime and Handler.',
  ],
  [
    /^Durable/,
    ': durable executions are not carried out, and a function that seemed durable would lose its work. Leave it out.',
  ],
]

function wayOut(name: string): string {
  const found = waysOut.find(([path]) => path.test(name))
  return found?.[1] ?? ', and a setting it accepted without effect would mislead you. Leave it out.'
}

/** Its path, `TracingConfig.Mode Active`; undefined when all that is asked for is served. */
function firstUnserved(
  value: unknown,
  accepted: Served | undefined,
  path: string,
): string | undefined {
  if (accepted === true || !asks(value)) return undefined
  if (accepted === undefined) return path
  if (isValues(accepted)) {
    return accepted.includes(value) ? undefined : `${path} ${String(value)}`
  }
  const members = value as Readonly<Record<string, unknown>>
  for (const member in members) {
    const inner = path === '' ? member : `${path}.${member}`
    const name = firstUnserved(members[member], accepted[member], inner)
    if (name !== undefined) return name
  }
  return undefined
}

function isValues(accepted: Served): accepted is readonly unknown[] {
  return Array.isArray(accepted)
}

function asks(value: unknown): boolean {
  if (value === undefined || value === null || value === '' || value === false) return false
  if (Array.isArray(value)) return value.length > 0
  if (ArrayBuffer.isView(value)) return value.byteLength > 0
  if (typeof value !== 'object') return true
  const members = value as Readonly<Record<string, unknown>>
  for (const member in members) if (asks(members[member])) return true
  return false
}
