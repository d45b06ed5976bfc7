import { AsyncLocalStorage } from 'node:async_hooks'

/** What a person or a program asks at a door: it is kept beside each event that comes of it, and goes nowhere else. */
export type Asked = {
  /** Id of the request. */
  readonly request: string
  /** The word of the contract for what is asked. */
  readonly action: string
  readonly actor: { readonly id: string; readonly roles: readonly string[]; readonly via: string }
  readonly origin: { readonly ip: string; readonly client: string }
}

const asking = new AsyncLocalStorage<Asked>()

/**
 * Runs what somebody asked for. It goes along by itself, not as an argument: no decision may hang on it, and every event has to have it,
 * also of a function that nobody thought of.
 */
export function whileAsked<T>(asked: Asked, run: () => Promise<T>): Promise<T> {
  return asking.run(asked, run)
}

/** What is being asked now; undefined where Kade does something by itself. */
export function askedNow(): Asked | undefined {
  return asking.getStore()
}
