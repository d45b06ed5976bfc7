import { expect, it } from 'vitest'
import { viewEvents } from './event-views.ts'
import type { FeedEvent } from './feed.ts'

const id = '1e4a0000-0000-4000-8000-000000000000'
const operation = '2f5b0000-0000-4000-8000-000000000000'

const deleted: FeedEvent = {
  type: 'DeploymentDeleted',
  data: { operation, data: 'keep' },
  id: operation,
  stream: `deployment-${id}`,
  position: 3,
  globalPosition: 7,
  at: new Date(0),
  cursor: 'deployment.7',
}

async function views(rows: readonly object[], sees: (team: string | null) => boolean) {
  async function* follow() {
    yield deleted
  }
  const told = []
  // The one question that is asked is answered with these rows.
  const sql = { query: async () => rows as never }
  for await (const event of viewEvents(sql, { follow }).follow({ after: '', sees }))
    told.push(event)
  return told
}

it('tells an event by the namespace and name of its deployment, to those who may see its team', async () => {
  const row = { namespace: 'team-a', deployment: 'chat', team: 'a' }
  expect(await views([row], team => team === 'a')).toMatchObject([
    { name: 'DeploymentDeleted', namespace: 'team-a', deployment: 'chat', operation },
  ])
  expect(await views([row], team => team === 'b')).toEqual([])
})

it('tells nobody of what belongs to nobody known', async () => {
  expect(await views([], () => true)).toEqual([])
})
