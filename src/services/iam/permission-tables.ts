/** Every query on what roles, users and groups may do: inline policies and attachments. Schema: tables.ts. */
import { keyOf } from './names.ts'
import type { Holder } from './state.ts'
import type { Db } from './tables.ts'

export interface InlinePolicy {
  readonly name: string
  readonly document: string
}

export async function findInlinePolicy(
  db: Db,
  holder: Holder,
  name: string,
): Promise<string | undefined> {
  const row = await db
    .selectFrom('iam_inline_policies')
    .select('document')
    .where((where) => where.and({ ...ofHolder(holder), name }))
    .executeTakeFirst()
  return row?.document
}

/** At most `limit` inline policies after `afterName`, by name. */
export async function listInlinePolicies(
  db: Db,
  holder: Holder,
  afterName: string,
  limit: number,
): Promise<InlinePolicy[]> {
  return db
    .selectFrom('iam_inline_policies')
    .select(['name', 'document'])
    .where((where) => where.and(ofHolder(holder)))
    .where('name', '>', afterName)
    .orderBy('name')
    .limit(limit)
    .execute()
}

/** The characters of the holder's inline policies together, but for the one named `exceptName`. */
export async function countInlineCharacters(
  db: Db,
  holder: Holder,
  exceptName: string,
): Promise<number> {
  const row = await db
    .selectFrom('iam_inline_policies')
    .select((each) => each.fn.sum('characters').as('characters'))
    .where((where) => where.and(ofHolder(holder)))
    .where('name', '!=', exceptName)
    .executeTakeFirstOrThrow()
  return Number(row.characters ?? 0)
}

/** Adds it, or takes the place of the one with this name. */
export async function putInlinePolicy(
  db: Db,
  holder: Holder,
  policy: InlinePolicy & { readonly characters: number },
): Promise<void> {
  const { name, characters, document } = policy
  await db
    .insertInto('iam_inline_policies')
    .values({ ...ofHolder(holder), name, characters, document })
    .onConflict((conflict) =>
      conflict
        .columns(['account', 'kind', 'entity_key', 'name'])
        .doUpdateSet({ characters, document }),
    )
    .execute()
}

/** @returns whether there was one. */
export async function deleteInlinePolicy(db: Db, holder: Holder, name: string): Promise<boolean> {
  const result = await db
    .deleteFrom('iam_inline_policies')
    .where((where) => where.and({ ...ofHolder(holder), name }))
    .executeTakeFirst()
  return result.numDeletedRows > 0n
}

export interface Attachment {
  readonly arn: string
  readonly position: number
}

/** The holder's managed policies, in the order of attaching. Their number is limited by quota. */
export async function listAttachments(db: Db, holder: Holder): Promise<Attachment[]> {
  return db
    .selectFrom('iam_attachments')
    .select(['policy_arn as arn', 'position'])
    .where((where) => where.and(ofHolder(holder)))
    .orderBy('position')
    .execute()
}

export async function insertAttachment(
  db: Db,
  holder: Holder,
  attachment: Attachment,
): Promise<void> {
  const { arn: policy_arn, position } = attachment
  await db
    .insertInto('iam_attachments')
    .values({ ...ofHolder(holder), policy_arn, position })
    .execute()
}

/** @returns whether there was one. */
export async function deleteAttachment(db: Db, holder: Holder, arn: string): Promise<boolean> {
  const result = await db
    .deleteFrom('iam_attachments')
    .where((where) => where.and({ ...ofHolder(holder), policy_arn: arn }))
    .executeTakeFirst()
  return result.numDeletedRows > 0n
}

/** Whatever hangs on a service-linked role goes with it. */
export async function deleteAllAttachments(db: Db, holder: Holder): Promise<void> {
  await db
    .deleteFrom('iam_attachments')
    .where((where) => where.and(ofHolder(holder)))
    .execute()
}

function ofHolder(holder: Holder) {
  return { account: holder.account, kind: holder.kind, entity_key: keyOf(holder.name) }
}
