import { homedir } from 'node:os'
import { join, resolve } from 'node:path'

/** Where Kade keeps its state: `KADE_HOME`, else `kade` in the user's data directory. */
export function kadeHome(env: NodeJS.ProcessEnv = process.env): string {
  if (env.KADE_HOME) return resolve(env.KADE_HOME)
  return join(env.XDG_DATA_HOME ?? join(homedir(), '.local', 'share'), 'kade')
}
