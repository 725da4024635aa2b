/** Where a server keeps things and listens: whether it could. */
import { once } from 'node:events'
import { constants } from 'node:fs'
import { access, readFile, stat, statfs } from 'node:fs/promises'
import { createServer } from 'node:net'
import path from 'node:path'
import type { Clock } from '../../kernel/clock.ts'
import type { Finding } from '../../kernel/reports.ts'
import { closedAbove } from '../../sandbox/oci/reachable.ts'

/** Below it a full disk is near. Ours: a few runtimes and packages of 250 MB, unpacked. */
const freeBytesMin = 1024 ** 3

/** How long whoever has the port may take to say who it is. Ours: lambdad takes a millisecond. */
const answerPatienceMs = 2_000

export async function runDirectoryFinding(directory: string): Promise<Finding> {
  const base = { name: 'run directory', needed: true }
  const closed = await closedAbove(await nearestThere(directory))
  if (closed === undefined)
    return {
      ...base,
      state: 'ok',
      found: directory,
      meaning: 'The users inside sandboxes reach their root file systems in it.',
    }
  return {
    ...base,
    state: 'missing',
    found: `${closed} is closed to other users`,
    meaning: 'The users inside sandboxes cannot reach their root file systems in it.',
    mend: `chmod o+x ${closed}`,
  }
}

/** @param freeMin bytes */
export async function dataDirectoryFinding(
  directory: string,
  freeMin = freeBytesMin,
): Promise<Finding> {
  const base = { name: 'data directory', needed: true }
  const there = await nearestThere(directory)
  const trouble = await whyNotIn(there)
  if (trouble !== undefined)
    return {
      ...base,
      state: 'missing',
      found: `${there} ${trouble}`,
      meaning: 'Functions, their code and their logs cannot be kept.',
      mend: `lambdad start --data-dir DIRECTORY, or sudo chown -R "$(id -un)" ${there}`,
    }
  const { bavail, bsize } = await statfs(there)
  const found = `${directory}, ${gigabytes(bavail * bsize)} free`
  if (bavail * bsize < freeMin)
    return {
      ...base,
      state: 'degraded',
      found,
      meaning: 'Deployments and logs may soon be refused: the disk is nearly full.',
      mend: `df -h ${there}, then make room, or lambdad start --data-dir DIRECTORY`,
    }
  const user = await serverIn(directory)
  const note = user === undefined ? '' : `; the server with process id ${user} holds it`
  const meaning = 'Functions, their code and their logs are kept in it.'
  return { ...base, state: 'ok', found: `${found}${note}`, meaning }
}

/** Why nothing can be made in it; undefined when it can. */
async function whyNotIn(directory: string): Promise<string | undefined> {
  if (!(await stat(directory)).isDirectory()) return 'is no directory'
  return await access(directory, constants.W_OK).then(
    () => undefined,
    (error: NodeJS.ErrnoException) => `cannot be written (${error.code})`,
  )
}

export async function portFinding(host: string, port: number, clock: Clock): Promise<Finding> {
  const base = { name: `port ${port}`, needed: false }
  const server = createServer().listen(port, host)
  try {
    await once(server, 'listening')
    server.close()
    return { ...base, state: 'ok', found: 'free', meaning: 'Clients reach the server at it.' }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EADDRINUSE' && (await isLambdad(host, port, clock)))
      return {
        ...base,
        state: 'ok',
        found: 'taken by lambdad itself',
        meaning: 'A server runs: lambdad status says more.',
      }
    const isTaken = code === 'EADDRINUSE'
    return {
      ...base,
      state: 'degraded',
      found: isTaken ? 'taken by another program' : `not to be had on ${host} (${code})`,
      meaning: 'The server has to listen elsewhere, and clients have to be told.',
      mend: isTaken
        ? `ss -ltnp 'sport = :${port}', then stop that one, or lambdad start --port ${port + 1}`
        : 'lambdad start --port 14566',
    }
  }
}

async function isLambdad(host: string, port: number, clock: Clock): Promise<boolean> {
  const url = `http://${host.includes(':') ? `[${host}]` : host}:${port}/_lambdad/health`
  const giveUp = new AbortController()
  const patience = clock.after(answerPatienceMs, () => giveUp.abort())
  try {
    const response = await fetch(url, { signal: giveUp.signal })
    const { edition } = (await response.json()) as { edition?: unknown }
    return edition === 'lambdad'
  } catch {
    return false
  } finally {
    patience.cancel()
  }
}

/** The process id of the server that uses the directory; undefined for none, as far as can be told. */
async function serverIn(directory: string): Promise<number | undefined> {
  const text = await readFile(path.join(directory, 'lock.pid'), 'utf8').catch(() => '')
  const pid = Number(text)
  if (!Number.isInteger(pid) || pid <= 0) return undefined
  const isThere = await stat(`/proc/${pid}`).catch(() => undefined)
  return isThere && pid
}

/** The directory itself, or the nearest above it that is there. */
export async function nearestThere(directory: string): Promise<string> {
  for (let at = path.resolve(directory); ; at = path.dirname(at)) {
    if ((await stat(at).catch(() => undefined)) || at === '/') return at
  }
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1024 ** 3).toFixed(1)} GiB`
}
