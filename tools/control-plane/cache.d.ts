export const versions: { kubernetes: string; etcd: string; kwok: string }
export const binaryNames: readonly string[]
/** `$KADE_CACHE`, else `$XDG_CACHE_HOME/kade`, else `~/.cache/kade`. */
export function cacheDirectory(env?: NodeJS.ProcessEnv): string
/** The `bin` directory of a complete set, or undefined. */
export function cachedBinaries(env?: NodeJS.ProcessEnv): Promise<string | undefined>
