import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { AuditEntry } from '#api/audit.ts'
import { verifyChain } from '#api/audit-chain.ts'
import { openDatabase } from '#platform/adapters/database/postgres.ts'
import { type Asked, whileAsked } from '#platform/events/asked.ts'
import { openDoorLines } from '#platform/governance/audit/door-lines.ts'
import { auditLag, exportAudit, listAudit } from '#platform/governance/audit/queries.ts'
import { chainAudit } from '#platform/governance/audit/sequencer.ts'
import {
  ada,
  freshName,
  type PlatformGround,
  platformGround,
} from '#tests/support/platform-ground.ts'

let ground: PlatformGround
beforeAll(async () => {
  ground = await platformGround()
  await ground.cluster('amsterdam', 0)
  await ground.namespace('team-a', 'a')
  await ground.namespace('team-b', 'b')
})
afterAll(() => ground?.stop())

const asked = (action: string, more: Partial<Asked> = {}): Asked => ({
  request: '11111111-1111-4111-8111-111111111111',
  action,
  actor: { id: 'ada', roles: ['developer'], via: 'cli' },
  origin: { ip: '192.0.2.7', client: 'kade/1' },
  ...more,
})

/** Chains all there is. */
async function caughtUp() {
  while (await chainAudit(ground.context.database));
}

async function lines(): Promise<string[]> {
  await caughtUp()
  return Array.fromAsync(exportAudit(ground.context.database, null, {}))
}

async function entries(): Promise<AuditEntry[]> {
  return (await lines()).map(line => JSON.parse(line))
}

const failed = (error: unknown) => {
  throw error
}

it('tells of a change who asked for it from where, what it was before and is now, and what was given as reason', async () => {
  const { platform } = ground
  const name = freshName()
  const at = { params: { namespace: 'team-a', name } }
  const body = { settings: { models: ['llama3.2:3b'] }, env: { GREETING: 'hello' } }
  await whileAsked(asked('deployment.create'), () =>
    platform.createDeployment(ada, {
      body: { app: 'ollama', namespace: 'team-a', name, reason: 'a try', ...body },
    }),
  )
  await whileAsked(asked('deployment.update'), () =>
    platform.updateDeployment(ada, {
      ...at,
      body: {
        settings: { models: ['phi4'], parallelRequests: 2 },
        replicas: 1,
        env: { GREETING: 'hoi' },
      },
    }),
  )
  const found = (await entries()).filter(one => one.object.id === `team-a/${name}`)
  const created = found.find(one => one.action === 'deployment.create')
  expect(created).toMatchObject({
    event: 'DeploymentRequested',
    actor: { id: 'ada', roles: ['developer'], via: 'api' },
    object: { kind: 'deployment', digest: expect.stringMatching(/^sha256:/) },
    team: 'a',
    result: 'allow',
    origin: { ip: '192.0.2.7', client: 'kade/1' },
    request: '11111111-1111-4111-8111-111111111111',
    reason: 'a try',
    changes: [],
  })
  expect(created).not.toHaveProperty('before')
  const update = found.find(one => one.changes?.some(change => change.path === '/env/GREETING'))
  expect(update).toMatchObject({ action: 'deployment.update' })
  const changed = Object.fromEntries(
    update?.changes?.map(({ path, ...rest }) => [path, rest]) ?? [],
  )
  expect(changed['/settings/parallelRequests']?.after).toBe(2)
  // What people typed can never be erased from a chain, so it does not get there.
  expect(changed['/settings/models']?.after).toMatch(/^sha256:/)
  expect(changed['/env/GREETING']?.before).toMatch(/^sha256:/)
  expect(JSON.stringify(found)).not.toContain('hoi')
})

it('has one line for each event that names an actor, in a chain that holds, whatever is read again', async () => {
  const { database } = ground.context
  await caughtUp()
  const all = await entries()
  const told = await database.query<{ id: string }>(
    "select id::text as id from message_store.messages where data ? 'actor'",
  )
  expect(all.map(one => one.id).sort()).toEqual(told.map(one => one.id).sort())
  // A cursor that was set back makes no second line.
  await database.query("update kade.cursor set position = 0 where name like 'audit.%'")
  expect(await entries()).toEqual(all)
  const { head } = await listAudit(database, null, { limit: 1 })
  const report = await verifyChain(await lines(), { anchor: head ?? undefined })
  expect(report).toMatchObject({ entries: all.length, first: 1, fault: null })
})

it('is chained by one sequencer, however many run', async () => {
  const { platform, runtimeUrl } = ground
  const pools = await Promise.all(Array.from({ length: 4 }, () => openDatabase(runtimeUrl)))
  const asking = Array.from({ length: 12 }, () =>
    platform.createDeployment(ada, {
      body: { app: 'ollama', namespace: 'team-a', name: freshName(), settings: {} },
    }),
  )
  const chaining = pools.map(async pool => {
    for (let turn = 0; turn < 20; turn += 1) await chainAudit(pool)
  })
  await Promise.all([...asking, ...chaining])
  await Promise.all(pools.map(pool => pool.close()))
  expect((await verifyChain(await lines())).fault).toBeNull()
  expect(await auditLag(ground.context.database)).toEqual({ events: 0, seconds: 0 })
})

it('says how far it is behind', async () => {
  await caughtUp()
  await ground.platform.createDeployment(ada, {
    body: { app: 'ollama', namespace: 'team-a', name: freshName(), settings: {} },
  })
  const lag = await auditLag(ground.context.database)
  expect(lag.events).toBeGreaterThan(0)
  expect(lag.seconds).toBeGreaterThan(0)
  expect((await listAudit(ground.context.database, null, { limit: 1 })).lag).toBeGreaterThan(0)
})

describe('the lines of the door', () => {
  const object = { kind: 'deployment', id: 'team-b/chat' }
  const refusal = { object, namespace: 'team-b', result: 'deny', code: 'not-found' } as const

  it('are one for the first refusal of a kind, and one with the count of the others', async () => {
    const door = openDoorLines(ground.context.database, failed)
    for (let time = 0; time < 40; time += 1) await door.refused(asked('deployment.update'), refusal)
    await door.close()
    const refused = (await entries()).filter(one => one.object.id === 'team-b/chat')
    expect(refused.map(one => [one.count, one.result, one.code, one.team])).toEqual([
      [1, 'deny', 'not-found', 'b'],
      [39, 'deny', 'not-found', 'b'],
    ])
    expect(refused[0]).toMatchObject({
      actor: { id: 'ada', roles: ['developer'], via: 'cli' },
      action: 'deployment.update',
      origin: { ip: '192.0.2.7' },
    })
  })

  it('stay few in a flood from everywhere', async () => {
    const door = openDoorLines(ground.context.database, failed, { mostKinds: 5 })
    const before = (await entries()).length
    for (let host = 0; host < 60; host += 1)
      await door.refused(
        asked('session.open', {
          actor: { id: 'anonymous', roles: [], via: 'api' },
          origin: { ip: `198.51.100.${host}`, client: 'flood' },
        }),
        {
          object: { kind: 'request', id: `/any/${host}` },
          result: 'deny',
          code: 'unauthenticated',
        },
      )
    await door.close()
    const made = (await entries()).slice(before)
    expect(made.map(one => one.count)).toEqual([1, 1, 1, 1, 1, 55])
    expect(made.at(-1)).toMatchObject({ actor: { id: 'many' }, origin: { ip: 'many' } })
  })

  it('that cannot be written let nothing be done', async () => {
    const away = await openDatabase(ground.runtimeUrl)
    const door = openDoorLines(away, () => {})
    await away.close()
    await expect(door.allowed(asked('dead-letter.change'), { object })).rejects.toThrow()
    await door.close()
  })
})

describe('the runtime role', () => {
  it.each([
    'UPDATE kade.audit SET entry = entry || \'{"result":"deny"}\'',
    'DELETE FROM kade.audit',
    'TRUNCATE kade.audit',
    'ALTER TABLE kade.audit ADD COLUMN more text',
    'DROP TABLE kade.audit',
  ])('may not: %s', async statement => {
    await expect(ground.context.database.query(statement)).rejects.toThrow(
      /permission denied|must be owner/,
    )
  })
})

describe('a list', () => {
  const query = (more: object) => listAudit(ground.context.database, null, { limit: 200, ...more })

  it('is chosen by actor, action, object, result, time and words, page by page', async () => {
    const all = await entries()
    const of = async (more: object) =>
      (await query(more)).items.map(one => one.seq).sort((a, b) => a - b)
    const those = (fits: (one: AuditEntry) => boolean) => all.filter(fits).map(one => one.seq)
    expect(await of({ actor: 'ada' })).toEqual(those(one => one.actor.id === 'ada'))
    expect(await of({ result: 'deny' })).toEqual(those(one => one.result === 'deny'))
    expect(await of({ object: 'team-b/chat' })).toHaveLength(2)
    expect(await of({ action: 'session.open' })).toHaveLength(5)
    expect(await of({ q: 'EAM-B/CH' })).toHaveLength(2)
    expect(await of({ q: '%' })).toEqual([])
    const middle = all[3]?.at ?? ''
    expect(await of({ from: middle })).toEqual(those(one => one.at >= middle))
    expect(await of({ to: middle })).toEqual(those(one => one.at < middle))
    const first = await query({ limit: 3 })
    const second = await query({ limit: 3, cursor: first.next ?? undefined })
    expect([...first.items, ...second.items].map(one => one.seq)).toEqual(
      all
        .map(one => one.seq)
        .toReversed()
        .slice(0, 6),
    )
  })

  it('of a team has the lines of that team, and no head by which others could be counted', async () => {
    const mine = await listAudit(ground.context.database, ['b'], { limit: 200 })
    expect(new Set(mine.items.map(one => one.team))).toEqual(new Set(['b']))
    expect(mine.head).toBeNull()
    expect((await listAudit(ground.context.database, [], { limit: 200 })).items).toEqual([])
  })
})

it('that its owner edits, or takes a line out of, is found out', async () => {
  const admin = await openDatabase(ground.adminUrl)
  const whole = await lines()
  const { head } = await listAudit(admin, null, { limit: 1 })
  const look = async () => (await verifyChain(await lines(), { anchor: head ?? undefined })).fault
  await admin.query(
    `UPDATE kade.audit SET entry = jsonb_set(entry, '{actor,id}', '"bob"') WHERE seq = 4`,
  )
  expect(await look()).toEqual({ seq: 4, line: 4, kind: 'edited' })
  await admin.query('UPDATE kade.audit SET entry = $1 WHERE seq = 4', [JSON.parse(whole[3] ?? '')])
  expect(await look()).toBeNull()
  await admin.query('DELETE FROM kade.audit WHERE seq = 4')
  expect(await look()).toEqual({ seq: 4, line: 4, kind: 'missing' })
  await admin.query('INSERT INTO kade.audit (entry) VALUES ($1)', [JSON.parse(whole[3] ?? '')])
  await admin.query('DELETE FROM kade.audit WHERE seq > $1', [whole.length - 2])
  expect(await look()).toEqual({ seq: whole.length - 1, line: null, kind: 'cut-off' })
  await admin.close()
})

it('goes on behind what concerns a quota, and shows it to the team', async () => {
  const { platform, context } = ground
  await context.database.query(`insert into kade.team (name) values ('a') on conflict do nothing`)
  const engineer = { ...ada, id: 'eve', roles: ['platform-engineer'] as const }
  for (const scope of ['team', 'namespace', 'environment'] as const) {
    const name = { team: 'a', namespace: 'team-a', environment: 'dev' }[scope]
    const change = { params: { scope, name }, body: { cpu: '64' } }
    await whileAsked(asked('quota.change'), () => platform.setQuota(engineer, change))
  }
  await caughtUp()
  const { items } = await listAudit(context.database, ['a'], { limit: 5, action: 'quota.change' })
  expect(items.map(one => one.object)).toMatchObject([
    { kind: 'quota', id: 'namespace/team-a' },
    { kind: 'quota', id: 'team/a' },
  ])
})
