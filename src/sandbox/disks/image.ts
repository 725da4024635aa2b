/**
 * Files that are file systems: none of them ever has a name, so that nothing of them can be left behind.
 *
 * mke2fs makes one of each size; what it has written there, some 60 KB, is the template of all others, and writing it
 * takes a fraction of what a copy would. Without a journal and without flushes: nothing in them outlives the sandbox,
 * and no function may make the host's disks sync. Invariant: as many bytes as were asked for are free for files,
 * beside those that ext4 needs for itself. Called by: disk-maker.ts. Read next: calls.ts.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  closeSync,
  constants,
  ftruncateSync,
  mkdirSync,
  openSync,
  readSync,
  rmdirSync,
  statfsSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { systemClock, sleep } from '../../kernel/clock.ts'
import { tmpBytesPerFile, tmpTemplatePatienceMs } from '../limits.ts'
import { locateProgram } from '../programs.ts'
import { type DiskCalls, isAttached } from './calls.ts'

/** Source: fcntl.h. */
const nameless = 0o20000000 | constants.O_DIRECTORY

const blockBytes = 4096

/** What files need of it beside their bytes: directories, and where their parts are. Ours: enough for some large ones. */
const treeBlocks = 32

/** Neither journal nor attributes nor checksums: the least that serves for files which live as long as a sandbox. */
const features = [
  ...['none', 'extent', 'filetype', 'dir_index', 'dir_nlink', 'flex_bg', 'uninit_bg'],
  ...['extra_isize', 'large_file', 'huge_file', 'sparse_super'],
].join(',')

/**
 * barrier: see above. noauto_da_alloc: a file that replaces another need not be on disk. noinit_itable: what is a hole
 * reads as zeros already. errors: not what the host's mke2fs.conf says, which may be to panic.
 */
export const mountOptions = 'barrier=0,noauto_da_alloc,noinit_itable,errors=remount-ro'

/** What an empty file system of one size consists of. */
export interface Template {
  /** The length of the file. */
  readonly bytes: number
  /** What is not zero in it. */
  readonly pieces: readonly { readonly at: number; readonly bytes: Buffer }[]
}

/** Why there can be no file systems in files here: what is missing, and how to mend it. Words for a terminal. */
export class DisksMissingError extends Error {
  override readonly name = 'DisksMissingError'
}

/** @returns a descriptor of a file without a name, which ends with its last user */
export function openImage(directory: string): number {
  return openSync(directory, constants.O_RDWR | nameless, 0o600)
}

/** Makes an empty file system of that file. @param image a descriptor of an empty file */
export function writeImage(image: number, template: Template): void {
  ftruncateSync(image, template.bytes)
  for (const { at, bytes } of template.pieces) writeSync(image, bytes, 0, bytes.length, at)
}

export interface TemplateOptions {
  readonly calls: DiskCalls
  /** On the disk that file systems are to be on. */
  readonly directory: string
  /** Where something can be mounted for a moment: a directory that is there. */
  readonly stage: string
  readonly megabytes: number
}

/** @throws DisksMissingError, or Error with the code of a system call that failed */
export async function makeTemplate(options: TemplateOptions): Promise<Template> {
  const { directory, megabytes } = options
  const files = (megabytes * 1024 * 1024) / tmpBytesPerFile
  const wanted = (megabytes * 1024 * 1024) / blockBytes + treeBlocks
  // The tables of inodes, 256 bytes each, and what ext4 keeps back for its own needs; then as many as lack still.
  const kept = Math.min(wanted / 50, 4096)
  let blocks = Math.ceil(wanted + files / 16 + kept) + 32
  for (;;) {
    const image = openImage(directory)
    try {
      ftruncateSync(image, blocks * blockBytes)
      await runMke2fs(image, blocks, files)
      const available = await furnish(options, image)
      if (available >= wanted) return readTemplate(options.calls, image, blocks * blockBytes)
      // By steps: mke2fs leaves a last group unused that is too short for its tables.
      blocks += Math.max(32, wanted - available)
    } finally {
      closeSync(image)
    }
  }
}

async function runMke2fs(image: number, blocks: number, files: number): Promise<void> {
  const program = await locateProgram('mke2fs')
  if (program === undefined)
    throw new DisksMissingError(
      'mke2fs is not installed. Install it (Debian, Ubuntu: apt install e2fsprogs; Fedora: dnf install e2fsprogs)',
    )
  const words = [
    ...['-q', '-F', '-t', 'ext4', '-O', features, '-b', String(blockBytes), '-I', '256'],
    // Without an identity by which udev would make links to it.
    ...['-N', String(files), '-m', '0', '-U', 'clear'],
    ...['-E', 'nodiscard,lazy_itable_init=1,root_owner=0:0', '/proc/self/fd/3', String(blocks)],
  ]
  const child = spawn(program, words, {
    stdio: ['ignore', 'ignore', 'pipe', image],
    // Nothing of how this host makes its own file systems.
    env: { MKE2FS_CONFIG: '/dev/null' },
    cwd: '/',
    timeout: tmpTemplatePatienceMs,
  })
  const [said, [code, signal]] = await Promise.all([text(child.stderr!), once(child, 'close')])
  if (code === 0) return
  throw new DisksMissingError(
    `${program} cannot make them (${signal ?? code}: ${said.trim()}). Use that of e2fsprogs 1.43 or newer`,
  )
}

/** Takes out what mke2fs puts into each. @returns how many blocks are free for files then */
async function furnish(options: TemplateOptions, image: number): Promise<number> {
  const device = options.calls.attach(image)
  let available: number
  try {
    available = furnishMounted(options, device.path)
  } finally {
    device[Symbol.dispose]()
  }
  // A sandbox that is just starting has a copy of all mounts for a moment; only the last one's end writes everything.
  const lastMs = systemClock.monotonicMs() + tmpTemplatePatienceMs
  while (isAttached(device)) {
    if (systemClock.monotonicMs() > lastMs)
      throw new Error(`${device.path} is still in use after ${tmpTemplatePatienceMs} ms`)
    await sleep(systemClock, 1)
  }
  return available
}

function furnishMounted({ calls, stage, megabytes }: TemplateOptions, device: string): number {
  const root = join(stage, `template-${megabytes}`)
  mkdirSync(root, { mode: 0o700 })
  try {
    calls.mount(device, root, mountOptions)
    try {
      rmdirSync(join(root, 'lost+found'))
      chmodSync(root, 0o1777)
      const { bavail, bsize } = statfsSync(root)
      return (bavail * bsize) / blockBytes
    } finally {
      calls.detach(root)
    }
  } finally {
    rmdirSync(root)
  }
}

function readTemplate(calls: DiskCalls, image: number, bytes: number): Template {
  const pieces: { at: number; bytes: Buffer }[] = []
  for (const [start, end] of calls.dataIn(image)) {
    const data = Buffer.alloc(end - start)
    readSync(image, data, 0, data.length, start)
    for (const [from, to] of notZero(data))
      pieces.push({ at: start + from, bytes: Buffer.from(data.subarray(from, to)) })
  }
  return { bytes, pieces }
}

/** The runs of blocks that have something in them, as `[from, to]`. */
function notZero(data: Buffer): [number, number][] {
  const runs: [number, number][] = []
  for (let from = 0; from < data.length; from += blockBytes) {
    const to = Math.min(data.length, from + blockBytes)
    if (data.subarray(from, to).every((byte) => byte === 0)) continue
    const last = runs.at(-1)
    if (last?.[1] === from) last[1] = to
    else runs.push([from, to])
  }
  return runs
}
