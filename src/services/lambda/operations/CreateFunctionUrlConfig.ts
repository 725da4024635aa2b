import type {
  CreateFunctionUrlConfigRequest,
  CreateFunctionUrlConfigResponse,
} from '@aws-sdk/client-lambda'
import { randomUrlId } from '../../../kernel/ids.ts'
import type { Operation } from '../../../kernel/operation.ts'
import type { LambdaService } from '../lambda-service.ts'
import { arnOf } from '../names.ts'
import { changeSetting } from '../settings/change-setting.ts'
import { refuseIsolated } from '../tenancy.ts'
import { corsOf, urlExists, urlOwner } from '../urls/owner.ts'
import { type UrlRecord, urlConfiguration } from '../urls/url.ts'

/** 201. */
export function CreateFunctionUrlConfig(
  service: LambdaService,
): Operation<CreateFunctionUrlConfigRequest, CreateFunctionUrlConfigResponse> {
  return async (input, context) => {
    const { FunctionName, Qualifier, AuthType, Cors, InvokeMode } = input
    const named = urlOwner(FunctionName, Qualifier, context, 'CreateFunctionUrlConfig')
    const qualifier = named.qualifier ?? ''
    const nowMs = service.clock.nowMs()
    const record: UrlRecord = {
      id: randomUrlId(),
      authType: AuthType === 'AWS_IAM' ? 'AWS_IAM' : 'NONE',
      cors: corsOf(Cors),
      invokeMode: InvokeMode ?? 'BUFFERED',
      createdMs: nowMs,
      lastModifiedMs: nowMs,
    }
    await changeSetting(
      service,
      'LAMBDA:CREATE_URL',
      'url',
      named,
      qualifier,
      (before, { config }) => {
        if (before) throw urlExists(named)
        refuseIsolated(config, 'A function URL')
        return record
      },
    )
    const { scope, name } = named
    const { account, region } = scope
    service.urls.set({ account, region, functionName: name, qualifier, record })
    const { LastModifiedTime: _, ...created } = urlConfiguration(
      record,
      arnOf(named),
      scope.region,
      context.endpoint,
    )
    return created
  }
}
