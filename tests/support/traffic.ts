import type { Client } from '#api/client.ts'
import type { CreateDeployment } from '#api/deployments.ts'
import { keyOf } from './deployments.ts'

const apps = ['qdrant', 'litellm', 'mlflow'] as const

/**
 * One thing that somebody might ask of one of `names`, by chance. A request that breaks off or is refused is nobody's
 * fault here: what counts is how those that were accepted end. Answers whether this one was.
 */
export async function askAnything(
  client: Client,
  namespace: string,
  names: readonly string[],
  random: () => number,
): Promise<boolean> {
  const index = Math.floor(random() * names.length)
  const name = names[index] ?? ''
  const app = apps[index % apps.length] ?? 'qdrant'
  const wish: CreateDeployment = { app, namespace, name, settings: {} }
  const params = keyOf(wish)
  const dice = random()
  const env = { TURN: String(Math.floor(random() * 1000)) }
  try {
    if (dice < 0.4) await client.createDeployment({ body: wish })
    else if (dice < 0.65) await client.updateDeployment({ params, body: { settings: {}, env } })
    else if (dice < 0.75) await client.restartDeployment({ params })
    else if (dice < 0.85) await client.rollbackDeployment({ params, body: { revision: 1 } })
    else await client.deleteDeployment({ params, query: { data: 'delete' } })
    return true
  } catch {
    // Taken, unknown, being deleted, or Kade is gone.
    return false
  }
}
