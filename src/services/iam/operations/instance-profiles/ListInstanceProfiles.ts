import type { ListInstanceProfilesRequest, ListInstanceProfilesResponse } from '@aws-sdk/client-iam'
import type { Operation } from '../../../../kernel/operation.ts'
import { listEntities } from '../../entity-tables.ts'
import type { IamDeps } from '../../iam-deps.ts'
import { listMembers } from '../../link-tables.ts'
import { keyOf } from '../../names.ts'
import { readPage } from '../../paging.ts'
import { listedProfile } from '../../shapes.ts'
import type { IamTables } from '../../tables.ts'

/** By name, in lower case. */
export function ListInstanceProfiles(
  deps: IamDeps,
): Operation<ListInstanceProfilesRequest, ListInstanceProfilesResponse> {
  return async (input, context) => {
    const db = deps.store.reader<IamTables>()
    const prefix = input.PathPrefix ?? '/'
    const { items, end } = await readPage(
      'instance-profiles',
      input,
      (after, limit) =>
        listEntities(db, 'instance-profile', context.account, prefix, after ?? '', limit),
      ({ name }) => keyOf(name),
    )
    const profiles = []
    // One after the other: a page of 1000 must not fill the queue of everybody's reads.
    for (const item of items) {
      profiles.push(listedProfile(item, await listMembers(db, 'instance-profile', item, '', 1)))
    }
    return { InstanceProfiles: profiles, ...end }
  }
}
