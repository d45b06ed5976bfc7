export type RunOptions = {
  cwd?: string
  env?: NodeJS.ProcessEnv
  /** Ends the program. */
  signal?: AbortSignal
  /** Milliseconds between asking it to end and ending it. */
  grace?: number
}

/** Resolves when the program ended well; rejects with what it said, or when `signal` ended it. */
export function runProgram(
  program: string,
  args: readonly string[],
  options?: RunOptions,
): Promise<void>
