/** What roles, users and groups may do: the operations on their policies, the same for the three kinds. */
import type { AttachedPolicy } from '@aws-sdk/client-iam'
import type { CallContext } from '../../kernel/operation.ts'
import {
  deleteConflict,
  limitExceeded,
  noSuchInlinePolicy,
  noSuchPolicy,
  notAttachable,
  quotaExceeded,
} from './errors.ts'
import type { IamDeps } from './iam-deps.ts'
import { attachedPoliciesMax, inlinePoliciesCharactersMax } from './limits.ts'
import { isAttachable, requireEntity, requireOwnHolder } from './lookups.ts'
import { parsePolicyArn, required } from './names.ts'
import { type Page, type PageInput, numberKey, readPage } from './paging.ts'
import {
  deleteAttachment,
  deleteInlinePolicy,
  findInlinePolicy,
  insertAttachment,
  listAttachments,
  listInlinePolicies,
  putInlinePolicy,
  countInlineCharacters,
} from './permission-tables.ts'
import { checkIdentityPolicy, policyCharacters } from './policy-document.ts'
import { encodeDocument } from './shapes.ts'
import type { Holder, HolderKind } from './state.ts'
import type { Db, IamTables } from './tables.ts'

/** Whose policies a request is about, as it says. */
interface Named {
  readonly kind: HolderKind
  readonly name: string | undefined
}

function nameOf({ kind, name }: Named): string {
  return required(name, `${kind}Name`)
}

function change(
  deps: IamDeps,
  verb: string,
  named: Named,
  context: CallContext,
  body: (holder: Holder, db: Db) => Promise<void>,
): Promise<void> {
  const name = nameOf(named)
  const label = `IAM:${verb}_${named.kind.toUpperCase()}_POLICY`
  return deps.store.transaction<IamTables, void>(label, async (db) =>
    body(await requireOwnHolder(db, named.kind, context.account, name), db),
  )
}

async function read(deps: IamDeps, named: Named, context: CallContext): Promise<[Db, Holder]> {
  const db = deps.store.reader<IamTables>()
  return [db, await requireEntity(db, named.kind, context.account, nameOf(named))]
}

const quotas = { role: 'PoliciesPerRole', user: 'PoliciesPerUser', group: 'PoliciesPerGroup' }

/** What is being deleted must have no policies left. Both texts observed. @throws ServiceError DeleteConflict */
export async function checkNoPolicies(db: Db, holder: Holder): Promise<void> {
  if ((await listAttachments(db, holder)).length > 0) {
    throw deleteConflict('Cannot delete entity, must detach all policies first.')
  }
  if ((await listInlinePolicies(db, holder, '', 1)).length > 0) {
    throw deleteConflict('Cannot delete entity, must delete policies first.')
  }
}

/** Attaching what is attached already succeeds. */
export function attachPolicy(
  deps: IamDeps,
  named: Named,
  policyArn: string | undefined,
  context: CallContext,
): Promise<void> {
  const arn = required(policyArn, 'policyArn')
  return change(deps, 'ATTACH', named, context, async (holder, db) => {
    if (!(await isAttachable(db, context, arn))) throw notAttachable(arn)
    const attachments = await listAttachments(db, holder)
    if (attachments.some((attachment) => attachment.arn === arn)) return
    if (attachments.length >= attachedPoliciesMax) {
      throw quotaExceeded(quotas[named.kind], attachedPoliciesMax)
    }
    const position = (attachments.at(-1)?.position ?? 0) + 1
    await insertAttachment(db, holder, { arn, position })
  })
}

export function detachPolicy(
  deps: IamDeps,
  named: Named,
  policyArn: string | undefined,
  context: CallContext,
): Promise<void> {
  const { arn } = parsePolicyArn(required(policyArn, 'policyArn'))
  return change(deps, 'DETACH', named, context, async (holder, db) => {
    if (!(await deleteAttachment(db, holder, arn))) throw noSuchPolicy(arn)
  })
}

/** Managed policies, in the order of attaching. Their path is the policy's own. */
export async function listAttachedPolicies(
  deps: IamDeps,
  named: Named,
  input: PageInput & { readonly PathPrefix?: string | undefined },
  context: CallContext,
): Promise<Page<AttachedPolicy>> {
  const [db, holder] = await read(deps, named, context)
  const prefix = input.PathPrefix ?? '/'
  const attached = (await listAttachments(db, holder))
    .map(({ arn, position }) => ({ position, ...parsePolicyArn(arn) }))
    .filter(({ path }) => path.startsWith(prefix))
  const { items, end } = await readPage(
    'attached',
    input,
    (after, limit) => {
      const beyond = numberKey(after) ?? 0
      return attached.filter(({ position }) => position > beyond).slice(0, limit)
    },
    ({ position }) => String(position),
  )
  return { items: items.map(({ name, arn }) => ({ PolicyName: name, PolicyArn: arn })), end }
}

interface InlineInput {
  readonly PolicyName: string | undefined
  readonly PolicyDocument: string | undefined
}

/** Adds an inline policy, or takes the place of the one with this name. */
export function putPolicy(
  deps: IamDeps,
  named: Named,
  input: InlineInput,
  context: CallContext,
): Promise<void> {
  const name = required(input.PolicyName, 'policyName')
  const document = required(input.PolicyDocument, 'policyDocument')
  const characters = policyCharacters(document)
  return change(deps, 'PUT', named, context, async (holder, db) => {
    checkIdentityPolicy(document, 'inline')
    const others = await countInlineCharacters(db, holder, name)
    const charactersMax = inlinePoliciesCharactersMax[holder.kind]
    if (others + characters > charactersMax) {
      // Observed for roles.
      throw limitExceeded(
        `Maximum policy size of ${charactersMax} bytes exceeded for ${holder.kind} ${holder.name}`,
      )
    }
    await putInlinePolicy(db, holder, { name, characters, document })
  })
}

/** @returns the holder's name and the policy's, as they are spelled, and its document as the API shows it. */
export async function getPolicy(
  deps: IamDeps,
  named: Named,
  policyName: string | undefined,
  context: CallContext,
): Promise<{ holderName: string; PolicyName: string; PolicyDocument: string }> {
  const name = required(policyName, 'policyName')
  const [db, holder] = await read(deps, named, context)
  const document = await findInlinePolicy(db, holder, name)
  if (document === undefined) throw noSuchInlinePolicy(holder.kind, name)
  return {
    holderName: holder.name,
    PolicyName: name,
    PolicyDocument: encodeDocument(document),
  }
}

export function deletePolicy(
  deps: IamDeps,
  named: Named,
  policyName: string | undefined,
  context: CallContext,
): Promise<void> {
  const name = required(policyName, 'policyName')
  return change(deps, 'DELETE', named, context, async (holder, db) => {
    if (!(await deleteInlinePolicy(db, holder, name))) throw noSuchInlinePolicy(holder.kind, name)
  })
}

/** The names of the inline policies, sorted. */
export async function listPolicyNames(
  deps: IamDeps,
  named: Named,
  input: PageInput,
  context: CallContext,
): Promise<Page<string>> {
  const [db, holder] = await read(deps, named, context)
  const { items, end } = await readPage(
    'inline',
    input,
    (after, limit) => listInlinePolicies(db, holder, after ?? '', limit),
    ({ name }) => name,
  )
  return { items: items.map(({ name }) => name), end }
}
