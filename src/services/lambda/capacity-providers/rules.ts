/**
 * What the settings of a capacity provider may be, beyond what the model says. The texts are ours.
 * Source: developer guide, "Capacity providers for Lambda Managed Instances"; API reference.
 */
import type { CreateCapacityProviderRequest, PropagateTags } from '@aws-sdk/client-lambda'
import { maxVCpuCountDefault } from '../limits.ts'
import { checkTags, invalid } from '../rules.ts'
import type { ProviderSettings } from './provider.ts'

type Changeable = 'CapacityProviderScalingConfig' | 'PropagateTags' | 'TelemetryConfig'

/** @returns the settings with AWS's defaults. @throws ServiceError */
export function newSettings(input: CreateCapacityProviderRequest): ProviderSettings {
  const { CapacityProviderName: _name, Tags: _tags, ...given } = input
  const { AllowedInstanceTypes = [], ExcludedInstanceTypes = [] } = given.InstanceRequirements ?? {}
  if (AllowedInstanceTypes.length > 0 && ExcludedInstanceTypes.length > 0) {
    throw invalid('AllowedInstanceTypes and ExcludedInstanceTypes exclude each other.')
  }
  return withChanges(given, {})
}

/** Those that the request names take the place of what was there. @throws ServiceError */
export function withChanges(
  before: ProviderSettings,
  changes: Pick<ProviderSettings, Changeable>,
): ProviderSettings {
  const { CapacityProviderScalingConfig, PropagateTags: tags, TelemetryConfig } = changes
  const settings = {
    ...before,
    ...(TelemetryConfig === undefined ? {} : { TelemetryConfig }),
    ...(tags === undefined ? {} : { PropagateTags: tags }),
    CapacityProviderScalingConfig: {
      MaxVCpuCount: maxVCpuCountDefault,
      ScalingMode: 'Auto' as const,
      ...(CapacityProviderScalingConfig ?? before.CapacityProviderScalingConfig),
    },
  }
  checkScaling(settings.CapacityProviderScalingConfig)
  checkPropagation(settings.PropagateTags)
  return settings
}

function checkScaling(config: ProviderSettings['CapacityProviderScalingConfig']): void {
  const policies = config?.ScalingPolicies ?? []
  if (config?.ScalingMode === 'Manual' && policies.length === 0) {
    throw invalid('ScalingMode Manual needs ScalingPolicies.')
  }
  if (config?.ScalingMode === 'Auto' && policies.length > 0) {
    throw invalid('ScalingPolicies are only for ScalingMode Manual.')
  }
}

function checkPropagation(tags: PropagateTags | undefined): void {
  const count = Object.keys(tags?.ExplicitTags ?? {}).length
  if (tags?.Mode === 'Explicit' && count === 0) {
    throw invalid('PropagateTags with Mode Explicit needs ExplicitTags.')
  }
  if (tags?.Mode !== 'Explicit' && count > 0) {
    throw invalid('ExplicitTags are only for PropagateTags with Mode Explicit.')
  }
  checkTags(tags?.ExplicitTags)
}
