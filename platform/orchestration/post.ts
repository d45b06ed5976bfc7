/** Looks in a row that must fail before a worker lets go: one that failed says little. */
const patience = 2

type Stop = () => Promise<void>

/** What a worker takes of one cluster while it reaches it. */
export type Post = {
  /** Resolves when everything is taken for the first time; rejects when that fails. */
  readonly taken: Promise<void>
  /** A look found the cluster reachable, or not: two misses in a row let go, one hit takes everything again. */
  found(reachable: boolean): void
  stop(): Promise<void>
}

/**
 * Takes by `takers`, in order, and lets go by what they give back, in reverse. Taking and letting go never overlap; what fails is
 * told, and tried again with the next look.
 */
export function openPost(
  takers: readonly (() => Promise<Stop>)[],
  onError: (error: unknown) => void,
): Post {
  let held: Stop[] = []
  let misses = 0
  let stopped = false
  const letGo = async () => {
    for (const stop of held.splice(0).reverse()) await stop()
  }
  const take = async () => {
    for (const taker of takers.slice(held.length)) held.push(await taker())
  }
  const taken = take()
  let last: Promise<void> = taken.catch(() => {})
  const next = (act: () => Promise<void>) => {
    last = last.then(act).catch(onError)
  }
  return {
    taken,
    found(reachable) {
      misses = reachable ? 0 : misses + 1
      if (reachable) next(async () => (stopped ? undefined : take()))
      else if (misses === patience) next(letGo)
    },
    async stop() {
      stopped = true
      await last
      await letGo()
      held = []
    },
  }
}
