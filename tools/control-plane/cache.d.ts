export const versions: { kubernetes: string; etcd: string; kwok: string; metricsServer: string }
/** The name of the set's directory, made of every release in it. */
export const setName: string
export const binaryNames: readonly string[]
/** `$KADE_CACHE`, else `$XDG_CACHE_HOME/kade`, else `~/.cache/kade`. */
export function cacheDirectory(env?: NodeJS.ProcessEnv): string
/** The `bin` directory of a complete set, or undefined. */
export function cachedBinaries(env?: NodeJS.ProcessEnv): Promise<string | undefined>
