/**
 * Lets processes enter control groups in microseconds.
 *
 * By default the kernel stops all forks of the host for that, and waits until every processor has noticed: 10 to 20 ms
 * of each start of a sandbox. With the option `favordynmods` of a hierarchy it stops those of the one process alone, and
 * from Linux 6.18 on that stays so until the host starts anew, whether or not the hierarchy is still there. So one is
 * mounted where nobody sees it, and is gone at once. Older kernels go back to what they did; very old ones, and those
 * without named hierarchies, refuse. Rejected: keeping it mounted for those, since every process of the host would show a
 * hierarchy more in /proc/PID/cgroup; the option on the host's own hierarchies, which are not ours.
 * Called by: oci/backend.ts, once. Source: cgroup-v2.rst, "favordynmods"; Linux 6.18, kernel/cgroup/cgroup.c.
 */
import type { Log } from '../../kernel/log.ts'
import { run } from '../run.ts'

/** Never rejects. @param name of a hierarchy that nobody has @param place any directory */
export async function quickenEntering(name: string, place: string, log: Log): Promise<void> {
  const mount = ['mount', '-t', 'cgroup', '-o', `none,name=${name},favordynmods`, name, place]
  const { code, stderr } = await run('unshare', ['--mount', '--propagation', 'private', ...mount])
  if (code !== 0) log.debug({ code, said: stderr.trim() }, 'control groups are entered slowly here')
}
