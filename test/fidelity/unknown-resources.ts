/**
 * What AWS answers when what a request names is not there: by the member that names it, with the operations that
 * answer otherwise. Words are those recorded or documented; where neither is known for an operation, `anyWords`.
 */
import type { Input } from './encode.ts'
import { functionArn, resourcePolicy } from './fixtures.ts'
import { type Expectation, anyWords, type Words } from './run.ts'
import { account, region } from './server.ts'

/**
 * `accepted`: AWS answers with success, and changes nothing. `apart`: nothing is asked, since the member names what is
 * to be made, or because what AWS does is not known.
 */
export type Outcome = Expectation | 'accepted' | 'apart'

interface Missing {
  /** What no test makes. */
  readonly value: unknown
  readonly outcome: Outcome
  /** Operations with another outcome. */
  readonly but?: Readonly<Record<string, Outcome>>
  /** Members that the operation needs beside this one. */
  readonly beside?: Input
}

const notFound = (message: Words): Expectation => ({
  status: 404,
  code: 'ResourceNotFoundException',
  message,
})
const invalid = (message: Words): Expectation => ({
  status: 400,
  code: 'InvalidParameterValueException',
  message,
})

const arn = `arn:aws:lambda:${region}:${account}`
const noFunction = notFound(`Function not found: ${arn}:function:nosuch`)
/** Of operations on versions: whether the version is named too was not recorded. */
const noQualified = notFound(
  new RegExp(`^Function not found: ${RegExp.escape(arn)}:function:nosuch(:[$\\w]+)?$`),
)
/** Recorded, and not known for which of the operations on URLs and policies. */
const noResource = 'The resource you requested does not exist.'
const noFunctionOr = (...words: readonly string[]): Expectation => {
  const all = [`Function not found: ${arn}:function:nosuch`, ...words]
  return notFound(new RegExp(`^(${all.map((each) => RegExp.escape(each)).join('|')})$`))
}

const lambda: Readonly<Record<string, Missing>> = {
  FunctionName: {
    value: 'nosuch',
    outcome: noFunction,
    but: {
      CreateFunction: 'apart',
      // Its documented errors have none for what is not there.
      DeleteAlias: 'accepted',
      ListEventSourceMappings: 'accepted',
      GetAlias: noFunctionOr(`Cannot find alias arn: ${arn}:function:nosuch:live`),
      UpdateAlias: noFunctionOr(`Cannot find alias arn: ${arn}:function:nosuch:live`),
      GetPolicy: noFunctionOr(noResource),
      RemovePermission: noFunctionOr(
        noResource,
        'No policy is associated with the given resource.',
      ),
      CreateFunctionUrlConfig: noFunctionOr('Function does not exist'),
      GetFunctionUrlConfig: noFunctionOr(noResource),
      UpdateFunctionUrlConfig: noFunctionOr(noResource),
      DeleteFunctionUrlConfig: noFunctionOr(noResource),
      ListFunctionUrlConfigs: noFunctionOr('Function does not exist'),
      PutFunctionEventInvokeConfig: noFunctionOr("The function doesn't exist."),
      ListFunctionEventInvokeConfigs: noFunctionOr("The function doesn't exist."),
      ...Object.fromEntries(
        ['Get', 'Update', 'Delete'].map((verb) => [
          `${verb}FunctionEventInvokeConfig`,
          noFunctionOr(
            "The function doesn't exist.",
            `The function ${arn}:function:nosuch doesn't have an EventInvokeConfig`,
            `The function ${arn}:function:nosuch:$LATEST doesn't have an EventInvokeConfig`,
          ),
        ]),
      ),
      GetProvisionedConcurrencyConfig: noQualified,
      PutProvisionedConcurrencyConfig: noQualified,
      DeleteProvisionedConcurrencyConfig: noQualified,
      GetFunctionScalingConfig: noQualified,
      PutFunctionScalingConfig: noQualified,
      GetRuntimeManagementConfig: noQualified,
      PutRuntimeManagementConfig: noQualified,
      CreateEventSourceMapping: invalid('Function does not exist'),
      UpdateEventSourceMapping: invalid('Function does not exist'),
    },
  },
  Qualifier: {
    value: 'nosuch',
    outcome: notFound(`Function not found: ${functionArn}:nosuch`),
    but: {
      AddPermission: notFound(anyWords),
      RemovePermission: notFound(anyWords),
      GetPolicy: notFound(anyWords),
      GetProvisionedConcurrencyConfig: notFound(anyWords),
      PutProvisionedConcurrencyConfig: notFound(anyWords),
      DeleteProvisionedConcurrencyConfig: notFound(anyWords),
      CreateFunctionUrlConfig: notFound(anyWords),
      GetFunctionUrlConfig: notFound(noResource),
      UpdateFunctionUrlConfig: notFound(anyWords),
      DeleteFunctionUrlConfig: notFound(anyWords),
      // Aliases are none of theirs.
      GetRuntimeManagementConfig: 'apart',
      PutRuntimeManagementConfig: 'apart',
      PutFunctionEventInvokeConfig: notFound(anyWords),
      UpdateFunctionEventInvokeConfig: notFound(anyWords),
      GetFunctionEventInvokeConfig: notFound(anyWords),
      DeleteFunctionEventInvokeConfig: notFound(anyWords),
      DeleteFunction: 'apart',
    },
  },
  Name: {
    value: 'nosuch',
    outcome: notFound(`Cannot find alias arn: ${functionArn}:nosuch`),
    but: { CreateAlias: 'apart', DeleteAlias: 'accepted' },
  },
  UUID: {
    value: '11111111-1111-4111-8111-111111111111',
    outcome: notFound(noResource),
  },
  LayerName: {
    value: 'nosuch',
    outcome: notFound(noResource),
    but: {
      PublishLayerVersion: 'apart',
      DeleteLayerVersion: 'accepted',
      ListLayerVersions: 'accepted',
      AddLayerVersionPermission: notFound(`Layer version ${arn}:layer:nosuch:1 does not exist.`),
      RemoveLayerVersionPermission: notFound(anyWords),
      GetLayerVersionPolicy: notFound(anyWords),
    },
  },
  VersionNumber: {
    value: 99,
    outcome: notFound(noResource),
    but: {
      DeleteLayerVersion: 'accepted',
      AddLayerVersionPermission: notFound(`Layer version ${arn}:layer:fidelity:99 does not exist.`),
      RemoveLayerVersionPermission: notFound(anyWords),
      GetLayerVersionPolicy: notFound(anyWords),
    },
  },
  Arn: { value: `${arn}:layer:nosuch:1`, outcome: notFound(noResource) },
  StatementId: {
    value: 'nosuch',
    outcome: notFound('Statement nosuch is not found in resource policy.'),
    but: { AddPermission: 'apart', AddLayerVersionPermission: 'apart' },
  },
  Resource: { value: `${arn}:function:nosuch`, outcome: noFunction },
  ResourceArn: {
    value: `${arn}:function:nosuch`,
    outcome: notFound(anyWords),
    beside: { Policy: resourcePolicy(`${arn}:function:nosuch`) },
  },
  CodeSigningConfigArn: {
    value: `${arn}:code-signing-config:csc-00000000000000000`,
    outcome: notFound(
      `The Lambda code signing configuration ${arn}:code-signing-config:csc-00000000000000000 can not be found.`,
    ),
    but: {
      CreateFunction: codeSigningMissing(),
      PutFunctionCodeSigningConfig: codeSigningMissing(),
    },
  },
  CapacityProviderName: {
    value: 'nosuch',
    outcome: notFound(anyWords),
    but: { CreateCapacityProvider: 'apart' },
  },
  FunctionVersion: {
    value: '99',
    outcome: notFound(`Function not found: ${functionArn}:99`),
    but: { ListAliases: 'accepted', ListFunctions: 'apart' },
  },
}

function codeSigningMissing(): Expectation {
  const wanted = `${arn}:code-signing-config:csc-00000000000000000`
  const message = `The code signing configuration cannot be found. Check that the provided configuration is not deleted: ${wanted}.`
  return { status: 404, code: 'CodeSigningConfigNotFoundException', message }
}

const logsMissing = (message: string): Expectation => ({
  status: 400,
  code: 'ResourceNotFoundException',
  message,
})

const logs: Readonly<Record<string, Missing>> = {
  logGroupName: {
    value: '/nosuch',
    outcome: logsMissing('The specified log group does not exist.'),
    but: { CreateLogGroup: 'apart' },
  },
  logStreamName: {
    value: 'nosuch',
    outcome: logsMissing('The specified log stream does not exist.'),
    but: { CreateLogStream: 'apart' },
  },
}

const noEntity = (message: Words): Expectation => ({ status: 404, code: 'NoSuchEntity', message })
const noPolicy = `arn:aws:iam::${account}:policy/nosuch`
const notAttachable = noEntity(`Policy ${noPolicy} does not exist or is not attachable.`)
const inline = { value: 'nosuch', outcome: 'apart' as const }

const iam: Readonly<Record<string, Missing>> = {
  RoleName: {
    value: 'nosuch',
    outcome: noEntity('The role with name nosuch cannot be found.'),
    but: { CreateRole: 'apart', DeleteServiceLinkedRole: noEntity(anyWords) },
  },
  UserName: {
    value: 'nosuch',
    outcome: noEntity('The user with name nosuch cannot be found.'),
    but: {
      CreateUser: 'apart',
      GetLoginProfile: noEntity(anyWords),
      DeleteLoginProfile: noEntity(anyWords),
    },
  },
  GroupName: {
    value: 'nosuch',
    outcome: noEntity('The group with name nosuch cannot be found.'),
    but: { CreateGroup: 'apart' },
  },
  InstanceProfileName: {
    value: 'nosuch',
    outcome: noEntity('Instance Profile nosuch cannot be found.'),
    but: { CreateInstanceProfile: 'apart' },
  },
  PolicyArn: {
    value: noPolicy,
    outcome: noEntity(`Policy ${noPolicy} was not found.`),
    but: {
      AttachRolePolicy: notAttachable,
      AttachUserPolicy: notAttachable,
      AttachGroupPolicy: notAttachable,
    },
  },
  PolicyName: {
    ...inline,
    but: {
      GetRolePolicy: noEntity('The role policy with name nosuch cannot be found.'),
      DeleteRolePolicy: noEntity('The role policy with name nosuch cannot be found.'),
      GetUserPolicy: noEntity('The user policy with name nosuch cannot be found.'),
      DeleteUserPolicy: noEntity('The user policy with name nosuch cannot be found.'),
      GetGroupPolicy: noEntity('The group policy with name nosuch cannot be found.'),
      DeleteGroupPolicy: noEntity('The group policy with name nosuch cannot be found.'),
    },
  },
  VersionId: { value: 'v99', outcome: noEntity(anyWords) },
  AccessKeyId: {
    value: 'AKIANOSUCHKEY0000000',
    outcome: noEntity('The Access Key with id AKIANOSUCHKEY0000000 cannot be found.'),
    but: { GetAccessKeyLastUsed: 'apart' },
    beside: { UserName: 'fidelity' },
  },
  AccountAlias: {
    value: 'nosuch',
    outcome: noEntity(anyWords),
    but: { CreateAccountAlias: 'apart' },
  },
  OpenIDConnectProviderArn: {
    value: `arn:aws:iam::${account}:oidc-provider/nosuch.example.com`,
    outcome: noEntity(anyWords),
    // Documented: "This operation is idempotent".
    but: { DeleteOpenIDConnectProvider: 'accepted' },
  },
  SAMLProviderArn: {
    value: `arn:aws:iam::${account}:saml-provider/nosuch`,
    outcome: noEntity(anyWords),
  },
}

const sts: Readonly<Record<string, Missing>> = {
  RoleArn: {
    value: `arn:aws:iam::${account}:role/nosuch`,
    outcome: {
      status: 403,
      code: 'AccessDenied',
      message: `User: arn:aws:iam::${account}:root is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::${account}:role/nosuch`,
    },
  },
}

/** By service, then by member. */
export const unknownResources: Readonly<Record<string, Readonly<Record<string, Missing>>>> = {
  lambda,
  logs,
  iam,
  sts,
}

/** What revisions are of: the operations' recorded words for one that is not the latest. */
export function staleRevision(operation: string): Words {
  const of = (what: string): string =>
    `The Revision Id provided does not match the latest Revision Id. Call the ${what} API to retrieve the latest Revision Id`
  if (operation.endsWith('LayerVersionPermission')) return of('GetLayerPolicy')
  if (/^(Add|Remove)Permission$/.test(operation)) return of('GetPolicy')
  return operation.endsWith('ResourcePolicy') ? anyWords : of('GetFunction/GetAlias')
}
