/** Whether functions' /tmp can be on a disk: ../disks/ is asked to begin, and to end. */
import { join } from 'node:path'
import { randomHex } from '../../kernel/ids.ts'
import type { Finding } from '../../kernel/reports.ts'
import { DiskMaker } from '../disks/disk-maker.ts'
import { DisksMissingError } from '../disks/image.ts'
import { asRoot, installCommand } from './package-manager.ts'

/**
 * To be called where mounts are nobody else's: something is mounted for a moment.
 * @param directory on the disk in question @param runDirectory where a mount point may be made
 * @returns what is missing, in words; undefined when nothing is
 */
export async function whyNoTmpDisks(
  directory: string,
  runDirectory: string,
): Promise<string | undefined> {
  try {
    const mountPoint = join(runDirectory, `trial-${randomHex(8)}`)
    const maker = await DiskMaker.open({ directory, mountPoint })
    await maker.close()
    return undefined
  } catch (error) {
    if (error instanceof DisksMissingError) return error.message
    throw error
  }
}

/** @param why as `whyNoTmpDisks` has told it */
export async function tmpDisksFinding(why: string | undefined): Promise<Finding> {
  const base = { name: '/tmp on disk', needed: false }
  if (why === undefined)
    return {
      ...base,
      state: 'ok',
      found: 'file systems in files, on loop devices',
      meaning: 'What functions keep in /tmp does not count against their memory.',
    }
  return {
    ...base,
    state: 'degraded',
    found: why,
    meaning: "Functions' /tmp is kept in memory and counts against their memory limit.",
    mend: await remedy(why),
  }
}

/** Where the words do not say it all. */
async function remedy(why: string): Promise<string | undefined> {
  if (why.includes('mke2fs')) return await installCommand('e2fsprogs')
  if (why.includes('modprobe loop')) return asRoot('modprobe loop')
  return why.includes('in memory itself') ? 'lambdad start --data-dir DIRECTORY' : undefined
}
