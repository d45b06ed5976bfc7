export class Unsuitable extends Error {}
export type Machine = {
  platform: string
  /** Version of the Node that runs us, such as `20.19.1`. */
  node: string
  /** Version of glibc; undefined where there is another C library. */
  glibc: string | undefined
  env: Record<string, string | undefined>
}
/** Throws `Unsuitable` with what to do instead when Kade cannot start on this machine. */
export function checkMachine(machine?: Machine): void
