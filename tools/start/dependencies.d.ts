export type LockedPackages = Record<
  string,
  { version?: string; optional?: boolean; peer?: boolean; link?: boolean }
>
/** Whether node_modules holds exactly what package-lock.json asks for. */
export function areDependenciesCurrent(root: string): Promise<boolean>
export function sameVersions(wanted: LockedPackages, installed: LockedPackages): boolean
/** Program and first arguments of the npm that started us. */
export function npmCommand(env: Record<string, string | undefined>): [string, string[]]
