/** Whether Lambda may act with the role that a function names. Source: the service's own words, as recorded. */
import { functionArn } from '../../kernel/arn.ts'
import { ServiceError } from '../../kernel/errors.ts'
import type { Roles } from '../../kernel/ports.ts'
import type { LambdaService } from './lambda-service.ts'
import type { FunctionName } from './names.ts'

/** As far as a test, or a server without IAM, knows. */
export const anyRole: Pick<Roles, 'access'> = { access: () => Promise.resolve('absent') }

/**
 * A role that nobody has made is a mistake only where callers have to prove who they are: with `--auth off` people
 * invent them. @throws ServiceError
 */
export async function checkRole(
  { roles, needsRoles }: LambdaService,
  role: string,
  { scope, name }: FunctionName,
): Promise<void> {
  const access = await roles.access(role, 'lambda.amazonaws.com', {
    'aws:SourceAccount': scope.account,
    'aws:SourceArn': functionArn(scope, name),
  })
  if (access === 'assumable' || (access === 'absent' && !needsRoles)) return
  throw new ServiceError(
    'InvalidParameterValueException',
    'The role defined for the function cannot be assumed by Lambda.',
  )
}
