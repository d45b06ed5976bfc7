export const versions: { kubernetes: string; etcd: string; kwok: string; metricsServer: string }
/** The name of the set's directory, made of every release in it. */
export const setName: string
export const binaryNames: readonly string[]
/** `$KADE_CACHE`, else `$XDG_CACHE_HOME/kade`, else `~/.cache/kade`. */
export function cacheDirectory(env?: NodeJS.ProcessEnv): string
/** The `bin` directory of a complete set, or undefined. */
export function cachedBinaries(
  env?: NodeJS.ProcessEnv,
  set?: BinarySet,
): Promise<string | undefined>

export type GoBuild = {
  /** The directory of the go.mod that pins the packages. */
  module: string
  packages: readonly string[]
  /** Without C when absent. */
  cgo?: boolean
  tags?: string
}

/** Programs that belong together: one directory of the cache holds them. */
export type BinarySet = {
  /** Its directory in the cache. */
  name: string
  /** As it stands in a sentence: "Building <title> with Go". */
  title: string
  /** Names this release of it: another one is made beside it. */
  release: string
  /** For whoever looks into `complete.json`. */
  versions: Readonly<Record<string, string>>
  binaries: readonly string[]
  /** Runs of `go install`, one after the other. */
  builds: readonly GoBuild[]
  /** Names that Go gives, and those they get. */
  renamed: Readonly<Record<string, string>>
  duration: string
}
export const controlPlane: BinarySet
