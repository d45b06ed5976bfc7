export type GetBinariesOptions = {
  /** Takes a line per step. */
  report?: (line: string) => void
  env?: NodeJS.ProcessEnv
  signal?: AbortSignal
}

/**
 * The directory with the control plane binaries: from the cache, else the official releases, else built with Go. Only
 * one process per cache gets them; another waits and reports what the first does. Rejects with what to install.
 */
export function getBinaries(options?: GetBinariesOptions): Promise<string>
