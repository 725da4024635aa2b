/** What sandboxes need of the host, looked at without a server. Nothing is changed. Called by: app/doctor.ts. */
import type { Finding } from '../../kernel/reports.ts'
import { readCgroups } from '../cgroups/detect.ts'
import { controlGroupsFinding } from './control-groups.ts'
import { ioWeightFinding } from './io-weight.ts'
import { addressesFinding, nftFinding } from './network.ts'
import { ociRuntimeFindings } from './oci-runtimes.ts'
import {
  linuxFinding,
  privilegesFinding,
  readSystem,
  systemCallsFinding,
  utilitiesFinding,
} from './system.ts'
import { userNamespacesFinding } from './user-namespaces.ts'

export async function examineSandboxing(): Promise<Finding[]> {
  const system = await readSystem()
  const linux = linuxFinding(system)
  // Everything else is Linux's.
  if (linux.state === 'missing') return [linux]
  const cgroups = await readCgroups()
  const calls = systemCallsFinding()
  return [
    linux,
    privilegesFinding(system),
    await utilitiesFinding(),
    await userNamespacesFinding(system.isRoot && system.mayMount),
    controlGroupsFinding(cgroups),
    await ioWeightFinding(cgroups.layout),
    ...(await ociRuntimeFindings(cgroups)),
    calls,
    await nftFinding(),
    ...(calls.state === 'ok' ? [addressesFinding()] : []),
  ]
}
