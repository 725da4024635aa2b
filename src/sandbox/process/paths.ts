import type { SandboxSpec } from '../sandbox.ts'

/**
 * What a process that sees the host's file system must be told instead of the paths inside a sandbox: in
 * arguments, environment and working directory, every mount target becomes the mount's source, wherever it
 * stands as a path of its own or as the beginning of one (`/opt/bin:/var/task` but not `/usr/opt`).
 */
export function onHost(
  spec: SandboxSpec,
): Pick<SandboxSpec, 'command' | 'env' | 'workingDirectory'> {
  const sources = new Map(spec.mounts.map((mount) => [mount.target, mount.source]))
  // Longest first: of /opt and /opt/lib the latter is meant by /opt/lib/x.
  const targets = [...sources.keys()]
    .toSorted((a, b) => b.length - a.length)
    .map((target) => RegExp.escape(target))
  const pattern =
    targets.length === 0
      ? undefined
      : new RegExp(`(?<![\\w./-])(?:${targets.join('|')})(?![\\w.-])`, 'g')
  const mapped = (text: string) =>
    pattern === undefined ? text : text.replace(pattern, (target) => sources.get(target) ?? target)
  return {
    command: spec.command.map(mapped),
    env: Object.fromEntries(Object.entries(spec.env).map(([name, text]) => [name, mapped(text)])),
    workingDirectory: mapped(spec.workingDirectory),
  }
}
