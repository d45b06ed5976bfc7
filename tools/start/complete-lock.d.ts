export type Lock = {
  packages: Record<
    string,
    {
      version?: string
      resolved?: string
      optional?: boolean
      os?: string[]
      cpu?: string[]
      libc?: string[]
      optionalDependencies?: Record<string, string>
    }
  >
}
/** Adds the optional packages of other platforms that `lock` lacks, and answers their places. */
export function completeLock(lock: Lock): string[]
