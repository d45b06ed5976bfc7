import type { Client } from '#api/client.ts'
import type { CreateDeployment } from '#api/deployments.ts'
import { keyOf } from './deployments.ts'

const apps = ['qdrant', 'litellm', 'mlflow'] as const

/**
 * One thing that somebody might ask of one of `names`, by chance. A request that breaks off or is refused is nobody's
 * fault here: what counts is how those that were accepted end. Answers the operation of one that was, else null.
 */
export async function askAnything(
  client: Client,
  namespace: string,
  names: readonly string[],
  random: () => number,
  signal?: AbortSignal,
): Promise<string | null> {
  const index = Math.floor(random() * names.length)
  const name = names[index] ?? ''
  const app = apps[index % apps.length] ?? 'qdrant'
  const wish: CreateDeployment = { app, namespace, name, settings: {} }
  const params = keyOf(wish)
  const dice = random()
  const env = { TURN: String(Math.floor(random() * 1000)) }
  const rest = signal ? { signal } : {}
  const asking = () => {
    if (dice < 0.4) return client.createDeployment({ body: wish, ...rest })
    if (dice < 0.65)
      return client.updateDeployment({ params, body: { settings: {}, env }, ...rest })
    if (dice < 0.75) return client.restartDeployment({ params, ...rest })
    if (dice < 0.85) return client.rollbackDeployment({ params, body: { revision: 1 }, ...rest })
    return client.deleteDeployment({ params, query: { data: 'delete' }, ...rest })
  }
  try {
    return (await asking()).id
  } catch {
    // Taken, unknown, being deleted, or Kade is gone.
    return null
  }
}
