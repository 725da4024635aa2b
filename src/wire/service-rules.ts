/**
 * Where services differ in what they call the same mistake, and which constraints of the model they do
 * not check where the others do. One row a service; a service without a row follows `usual`.
 */
import type { ServiceModel } from '../model/types.ts'

export interface ServiceRules {
  /** The code of "1 validation error detected: ...". */
  readonly validation: string
  /** Enums, as `Structure.Member`, that the service checks itself, later and in its own words. */
  readonly laterEnums?: readonly string[]
}

const usual: ServiceRules = { validation: 'ValidationException' }

const rules: Readonly<Record<string, ServiceRules>> = {
  lambda: {
    validation: 'ValidationException',
    // Observed: InvalidParameterValueException "Value x at 'runtime' failed to satisfy constraint: ...",
    // without quotes and without the count.
    laterEnums: ['CreateFunctionRequest.Runtime', 'UpdateFunctionConfigurationRequest.Runtime'],
  },
  // Documented under "Common Errors" of the IAM and STS references: 400 ValidationError.
  iam: { validation: 'ValidationError' },
  sts: { validation: 'ValidationError' },
  // CloudWatch Logs has no ValidationException for these: the text comes as this modelled error.
  logs: { validation: 'InvalidParameterException' },
  sns: { validation: 'ValidationError' },
}

export function rulesOf(service: Pick<ServiceModel, 'id'>): ServiceRules {
  return rules[service.id] ?? usual
}
