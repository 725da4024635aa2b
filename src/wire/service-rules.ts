/**
 * Where services differ in what they call the same mistake, and which constraints of the model they do
 * not check where the others do. One row a service; a service without a row follows `usual`.
 */
import { ServiceError } from '../kernel/errors.ts'
import type { ServiceModel } from '../model/types.ts'
import { serializationFault } from './faults.ts'

export interface ServiceRules {
  /** The code of "1 validation error detected: ...". */
  readonly validation: string
  /** Enums, as `Structure.Member`, that the service checks itself, later and in its own words. */
  readonly laterEnums?: readonly string[]
  /** The code and first words for a body that is not JSON. */
  readonly unreadableJson?: readonly [code: string, words: string]
}

const usual: ServiceRules = { validation: 'ValidationException' }

const rules: Readonly<Record<string, ServiceRules>> = {
  lambda: {
    validation: 'ValidationException',
    // Observed: InvalidParameterValueException "Value x at 'runtime' failed to satisfy constraint: ...",
    // without quotes and without the count.
    laterEnums: ['CreateFunctionRequest.Runtime', 'UpdateFunctionConfigurationRequest.Runtime'],
    // Observed, for bodies that are not JSON.
    unreadableJson: ['InvalidRequestContentException', 'Could not parse request body into json: '],
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

/** The error for a request body that is not JSON, for the parser's reason. */
export function unreadableJson(service: ServiceModel, reason: string): ServiceError {
  const own = rulesOf(service).unreadableJson
  if (own === undefined) return serializationFault(reason)
  return new ServiceError(own[0], own[1] + reason)
}
