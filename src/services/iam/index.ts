/**
 * The front door of IAM: its tables' migrations, which every start needs, and the service, which is loaded when
 * someone first asks for it: 50 files, 12 ms.
 */
import { type LateService, lateService } from '../../kernel/operation.ts'
import type { IamDeps } from './iam-deps.ts'

export { migrations } from './tables.ts'

export function lateIamService(deps: IamDeps): LateService {
  return lateService('iam', async () => (await import('./service.ts')).createIamService(deps))
}
