/** For the tests of capacity providers and of functions on them. */
import type { CapacityProvider } from '@aws-sdk/client-lambda'
import { type TestLambda, context, refusal, role } from '../test-support.ts'
import type { LambdaTables } from '../tables.ts'
import type { ProviderRecord } from './provider.ts'
import { findProvider, putProvider } from './tables.ts'

export const providerArnPrefix = 'arn:aws:lambda:eu-west-1:123456789012:capacity-provider:'

export const VpcConfig = { SubnetIds: ['subnet-1', 'subnet-2'], SecurityGroupIds: ['sg-1'] }
export const PermissionsConfig = { CapacityProviderOperatorRoleArn: role }

/** The least that CreateCapacityProvider takes. */
export function leastProvider(name: string) {
  return { CapacityProviderName: name, VpcConfig, PermissionsConfig }
}

export async function callProvider(
  lambda: TestLambda,
  operation: string,
  input: object,
): Promise<CapacityProvider> {
  const output = await lambda.call<{ CapacityProvider: CapacityProvider }>(operation, input)
  return output.CapacityProvider
}

/** CreateCapacityProvider, and waits until it is Active. */
export async function createProvider(
  lambda: TestLambda,
  name: string,
  changes: object = {},
): Promise<CapacityProvider> {
  await callProvider(lambda, 'CreateCapacityProvider', { ...leastProvider(name), ...changes })
  for (;;) {
    const now = await callProvider(lambda, 'GetCapacityProvider', { CapacityProviderName: name })
    if (now.State === 'Active') return now
    await lambda.store.transaction('TEST:WAIT', async () => undefined)
  }
}

/** Waits until there is no such provider any more. */
export async function untilGone(lambda: TestLambda, name: string): Promise<void> {
  const isThere = () => findProvider(lambda.store.reader<LambdaTables>(), context, name)
  while (await isThere()) await lambda.store.transaction('TEST:WAIT', async () => undefined)
}

/** As a server leaves it that is killed in the middle of a change. */
export async function leaveIn(
  lambda: Pick<TestLambda, 'store'>,
  name: string,
  state: ProviderRecord['state'],
): Promise<void> {
  await lambda.store.transaction<LambdaTables, void>('TEST:LEAVE', async (db) => {
    const found = await findProvider(db, context, name)
    if (found) await putProvider(db, { ...found, state })
  })
}

export function providerNotFound(name: string) {
  const words = `Capacity provider not found: ${providerArnPrefix}${name}`
  return refusal('ResourceNotFoundException', 404, words)
}

/** CapacityProviderConfig of CreateFunction. */
export function onProvider(name: string, more: object = {}) {
  return {
    CapacityProviderConfig: {
      LambdaManagedInstancesCapacityProviderConfig: {
        CapacityProviderArn: `${providerArnPrefix}${name}`,
        ...more,
      },
    },
  }
}
