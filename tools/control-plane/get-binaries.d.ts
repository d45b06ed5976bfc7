import type { BinarySet } from './cache.js'

export type GetBinariesOptions = {
  /** Takes a line per step. */
  report?: (line: string) => void
  env?: NodeJS.ProcessEnv
  signal?: AbortSignal
  /** The control plane when absent. */
  set?: BinarySet
}

/**
 * The directory with the binaries of a set: from the cache, else the official releases (of the control plane), else built with Go. Only
 * one process per cache gets them; another waits and reports what the first does. Rejects with what to install.
 */
export function getBinaries(options?: GetBinariesOptions): Promise<string>
