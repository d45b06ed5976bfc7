import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Database } from '#platform/adapters/database/database.ts'
import { createPlatform } from '#platform/create-platform.ts'
import { createHub } from '#platform/orchestration/hub.ts'
import {
  ada,
  freshName,
  type PlatformGround,
  platformGround,
  seen,
} from '#tests/support/platform-ground.ts'

/** Statements of a deployment, `BEGIN` and `COMMIT` left out. A new one has to be worth what it costs each of them. */
const most = { create: 26, start: 11, progress: 6, applied: 7, ready: 12 }

let ground: PlatformGround
beforeAll(async () => {
  ground = await platformGround()
  await ground.cluster('amsterdam', 0)
  await ground.namespace('team-a', 'a', ['amsterdam'], 'prod')
})
afterAll(() => ground?.stop())

it('a deployment asks no more of the database than it has to', async () => {
  const asked: string[] = []
  const { database } = ground.context
  const counted: Database = {
    ...database,
    transaction: run =>
      database.transaction(tx =>
        run({
          query: (text, values) => {
            asked.push(text)
            return tx.query(text, values)
          },
        }),
      ),
  }
  const context = { ...ground.context, database: counted }
  const platform = createPlatform(context)
  const hub = createHub(context)
  const body = () => ({ app: 'litellm', namespace: 'team-a', name: freshName(), settings: {} })
  // The first one of a process makes the queue of its cluster.
  await platform.createDeployment(ada, { body: body() })
  const costs = async <T>(run: () => Promise<T>) => {
    asked.length = 0
    const result = await run()
    return { result, count: asked.length }
  }
  const create = await costs(() => platform.createDeployment(ada, { body: body() }))
  const made = create.result
  const start = await costs(() => hub.start(made.id, 'amsterdam', 'w'))
  const progress = await costs(() =>
    hub.observed([seen(made, { state: 'progressing', ready: false })]),
  )
  const claim = await ground.claim(made.id)
  const applied = await costs(() => hub.applied(claim))
  const ready = await costs(() => hub.observed([seen(made)]))
  const all = { create, start, progress, applied, ready }
  for (const [step, { count }] of Object.entries(all))
    expect(count, `${step}: ${asked.join('\n')}`).toBeLessThanOrEqual(
      most[step as keyof typeof most],
    )
})
