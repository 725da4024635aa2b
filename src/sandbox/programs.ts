/** Where programs of the host are. Called by: oci/backend.ts, probes/. */
import { access, constants } from 'node:fs/promises'
import { delimiter, join } from 'node:path'

/** The first on PATH or, because users' paths often lack them, in the folders of the system; undefined for none. */
export async function locateProgram(name: string): Promise<string | undefined> {
  const path = `${process.env['PATH'] ?? ''}:/usr/local/bin:/usr/bin:/usr/local/sbin:/usr/sbin:/sbin`
  for (const directory of path.split(delimiter)) {
    if (!directory.startsWith('/')) continue
    try {
      await access(join(directory, name), constants.X_OK)
      return join(directory, name)
    } catch {
      // Not here.
    }
  }
  return undefined
}
