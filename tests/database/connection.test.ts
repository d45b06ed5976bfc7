import { afterAll, beforeAll, expect, it } from 'vitest'
import {
  ada,
  freshName,
  type PlatformGround,
  platformGround,
  seen,
} from '#tests/support/platform-ground.ts'

let ground: PlatformGround
beforeAll(async () => {
  ground = await platformGround()
  await ground.cluster('amsterdam', 0)
  await ground.namespace('team-a', 'a')
})
afterAll(() => ground?.stop())

/** What a worker is given to write for a new deployment. */
async function deploy(
  app: string,
  bindings: Record<string, string> = {},
  settings: Record<string, unknown> = {},
) {
  const name = freshName()
  const body = { app, namespace: 'team-a', name, settings, bindings }
  const made = await ground.platform.createDeployment(ada, { body })
  const order = await ground.hub.start(made.id, 'amsterdam', 'w1')
  if (order?.step.type !== 'apply') throw new Error('there is nothing to apply')
  // Whoever is bound to it waits until it serves.
  await ground.hub.applied(order.claim)
  await ground.hub.observed([seen(made)])
  return { name, ...order.step }
}

it('gives an app the whole connection string of the database it is bound to', async () => {
  const database = await deploy('pgvector-postgres')
  const tracker = await deploy('mlflow', { database: `team-a/${database.name}` })
  const { password } = database.secrets
  expect(tracker.secrets['database.key']).toBe(
    `postgresql://app:${password}@${database.name}.team-a.svc:5432/app`,
  )
  expect(password).toMatch(/^[\w-]{43}$/)
  // The string is in the Secret only; what anyone can look at knows no password.
  expect(JSON.stringify(tracker.work)).not.toContain(password)
})

it('gives the key itself where it is no connection string', async () => {
  const vectors = await deploy('qdrant')
  const chat = await deploy('open-webui', {
    vectors: `team-a/${vectors.name}`,
    llm: `team-a/${(await deploy('ollama')).name}`,
  })
  expect(chat.secrets['vectors.key']).toBe(vectors.secrets.apiKey)
})
