import type { KubeApi } from '#platform/adapters/kubernetes/kube-api.ts'
import type { ClusterAccess } from '#platform/deployments/engine/access.ts'
import { createEngine } from '#platform/deployments/engine/create-engine.ts'
import type { Engine } from '#platform/deployments/engine/engine.ts'

class Killed extends Error {}

/** An engine whose process dies when its nth call of the cluster was carried out and before it hears the answer. */
export function dyingEngine(access: ClusterAccess, nth: number): Engine {
  let calls = 0
  const dying = (api: KubeApi): KubeApi => {
    const mortal = <A extends readonly unknown[], R>(call: (...args: A) => Promise<R>) => {
      return async (...args: A): Promise<R> => {
        calls += 1
        if (calls > nth) throw new Killed()
        const answer = await call(...args)
        if (calls >= nth) throw new Killed()
        return answer
      }
    }
    return {
      ...api,
      apply: mortal(api.apply),
      get: mortal(api.get),
      list: mortal(api.list),
      remove: mortal(api.remove),
      patch: mortal(api.patch),
    }
  }
  return createEngine({
    ...access,
    deployer: name => dying(access.deployer(name)),
    preparer: dying(access.preparer),
  })
}

/** Whether it got to its end in spite of dying at the nth call. */
export async function survived(run: Promise<unknown>): Promise<boolean> {
  return await run.then(
    () => true,
    (error: unknown) => {
      if (error instanceof Killed) return false
      throw error
    },
  )
}
