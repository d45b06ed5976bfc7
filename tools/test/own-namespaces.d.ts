import type { StdioOptions } from 'node:child_process'

export type OwnNamespacesOptions = {
  cwd: string
  env: NodeJS.ProcessEnv
  stdio?: StdioOptions
}

/**
 * Runs a program in namespaces of its own and waits for its end; `said` is what it said where `stdio` is `pipe`. It finds
 * its directory in `KADE_REAL_NODE` (also the name of its control group), and `TMPDIR` in it. Needs root and util-linux.
 */
export function runInOwnNamespaces(
  program: string,
  args: readonly string[],
  options: OwnNamespacesOptions,
): Promise<{ code: number; said: string }>
/** Removes directories and control groups of runs whose owner no longer lives; answers which. */
export function removeLeftovers(): Promise<string[]>
