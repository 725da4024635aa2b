/** The front door of STS: it keeps nothing of its own, and is loaded when someone first asks for it. */
import { type LateService, lateService } from '../../kernel/operation.ts'
import type { StsDeps } from './sts-deps.ts'

export function lateStsService(deps: StsDeps): LateService {
  return lateService('sts', async () => (await import('./service.ts')).createStsService(deps))
}
