import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { AddApp } from '#api/apps.ts'
import { tellOfAddedApps } from '#cli/processes/environments-of-added-apps.ts'
import { type EnvironmentDefinition, environments } from '#kit/environment.ts'
import { openDatabase } from '#platform/adapters/database/postgres.ts'
import { openQuickJsSandbox } from '#platform/adapters/modules/quickjs.ts'
import { createPlatform } from '#platform/create-platform.ts'
import { rollBackFailedUpdate } from '#platform/events/handlers/roll-back-failed-update.ts'
import { readStream } from '#platform/events/store.ts'
import { type ForeignModule, foreignModule } from '#tests/support/foreign-module.ts'
import {
  ada,
  bob,
  freshName,
  type PlatformGround,
  platformGround,
  seen,
} from '#tests/support/platform-ground.ts'

let ground: PlatformGround
let notes: ForeignModule
let body: AddApp
beforeAll(async () => {
  ground = await platformGround()
  await ground.cluster('amsterdam', 0)
  await ground.namespace('team-a', 'a')
  notes = await foreignModule('notes')
  body = await notes.body()
})
afterAll(async () => {
  await notes?.remove()
  await ground?.stop()
})

const query = { limit: 200 }
const add = (changes: Partial<AddApp> = {}, actor = ada) =>
  ground.platform.addApp(actor, { body: { ...body, ...changes } })
const remove = (app: string, actor = ada) => ground.platform.removeApp(actor, { params: { app } })
const deploy = (name: string) =>
  ground.platform.createDeployment(ada, {
    body: { app: 'notes', namespace: 'team-a', name, settings: { language: 'nl' } },
  })

async function storyOf(app: string) {
  const events = await readStream(ground.context.database, `app-${app}`)
  return events.map(({ type, data }) => ({ type, ...data }))
}

describe('an app from outside', () => {
  it('stands on the shelf of every gateway at once, with who brought it, and can be deployed', async () => {
    const added = await add()
    const other = createPlatform({ ...ground.context })
    const { items } = await other.listApps(bob, { query })
    expect(items.at(-1)).toMatchObject({
      id: 'notes',
      added: { by: 'ada', digest: added.added?.digest },
      podSecurity: 'restricted',
    })
    const app = await other.readApp(bob, { params: { app: 'notes' } })
    expect(app).toEqual(added)
    expect(Object.keys(app.settingsSchema.properties ?? {})).toEqual([
      'language',
      'largestUploadMB',
    ])
    const name = freshName()
    const preview = await other.previewDeployment(ada, {
      body: { app: 'notes', namespace: 'team-a', name, settings: {} },
    })
    expect(preview).toMatchObject({ allowed: true, violations: [] })
    const made = await deploy(name)
    const order = await ground.hub.start(made.id, 'amsterdam', 'w1')
    if (order?.step.type !== 'apply') throw new Error('there is nothing to apply')
    const { objects } = order.step.work
    expect(objects.map(each => each.kind)).toEqual(
      expect.arrayContaining(['Secret', 'NetworkPolicy', 'Deployment', 'Service']),
    )
    expect(JSON.stringify(objects)).toContain('"LANGUAGE","value":"nl"')
  })

  it('says what is wrong with an answer, as the module does', async () => {
    const asked = { app: 'notes', namespace: 'team-a', name: freshName() }
    await expect(
      ground.platform.createDeployment(ada, { body: { ...asked, settings: { language: 'xx' } } }),
    ).rejects.toMatchObject({
      code: 'settings-invalid',
      details: {
        violations: [
          { pointer: '/settings/language', detail: { nl: expect.stringMatching(/een van/) } },
        ],
      },
    })
  })

  it('is replaced by the next version of it, and the event says by what', async () => {
    const before = await add()
    await notes.change("version: '1.0.0'", "version: '1.1.0'")
    const after = await add(await notes.body(), bob)
    expect(after).toMatchObject({ version: '1.1.0', added: { by: 'bob' } })
    expect(after.added?.digest).not.toBe(before.added?.digest)
    expect((await storyOf('notes')).at(-1)).toEqual({
      type: 'AppAdded',
      app: 'notes',
      version: '1.1.0',
      digest: after.added?.digest,
      replaces: before.added?.digest,
      actor: 'bob',
      via: 'api',
    })
  })

  it('may not take the name of an app of Kade, nor be taken off when it is one', async () => {
    const taken = body.bundle.replaceAll('"notes"', '"ollama"')
    await expect(add({ bundle: taken })).rejects.toMatchObject({ code: 'name-taken' })
    await expect(remove('ollama')).rejects.toMatchObject({ code: 'name-taken' })
    await expect(remove('nothing')).rejects.toMatchObject({ code: 'not-found' })
  })

  it.each([
    ['answers too little', { licence: { spdx: 'MIT' } }, '/passport/licence/openSource'],
    ['leads to a script', { links: { home: 'javascript:alert(1)' } }, '/passport/links/home'],
    ['is a book', { maker: { name: 'x'.repeat(70_000), kind: 'person' } }, '/passport'],
  ])('whose passport %s is refused', async (_, change, pointer) => {
    const passport = { ...body.passport, ...change }
    await expect(add({ passport })).rejects.toMatchObject({
      code: 'module-refused',
      details: { violations: expect.arrayContaining([expect.objectContaining({ pointer })]) },
    })
  })

  it('that is refused leaves what stood there, and no event', async () => {
    const before = [await storyOf('notes'), await ground.platform.listApps(ada, { query })]
    await expect(add({ bundle: `${body.bundle};process.exit()` })).rejects.toMatchObject({
      code: 'module-refused',
      details: {
        violations: [
          { pointer: '/bundle', detail: { en: expect.stringMatching(/asks for process/) } },
        ],
      },
    })
    expect([await storyOf('notes'), await ground.platform.listApps(ada, { query })]).toEqual(before)
  })

  it('never has shown, by a later version, a value that people gave an earlier one', async () => {
    const keeper = await foreignModule('keeper')
    const title = "title: { en: 'Token', nl: 'Token' }"
    try {
      await keeper.change('{ generated }', '{ generated, provided }')
      await keeper.change('secrets: {', `secrets: { token: provided({ ${title} }),`)
      await add(await keeper.body())
      // Forgotten in between, by a version without it, and by its removal.
      await keeper.change(`token: provided({ ${title} }),`, '')
      await add(await keeper.body())
      await remove('keeper')
      await keeper.change('secrets: {', `secrets: { token: generated({ ${title} }),`)
      await expect(add(await keeper.body())).rejects.toMatchObject({
        code: 'module-refused',
        details: {
          violations: [
            {
              pointer: expect.stringMatching(/^\/app\/secrets\/\d+\/kind$/),
              detail: { nl: expect.stringMatching(/^token werd .* opgegeven/) },
            },
          ],
        },
      })
    } finally {
      await keeper.remove()
    }
  })

  it('that breaks the rules of a newer Kade stays listed as unusable, with why and what to do', async () => {
    const { added } = await add()
    const made = await deploy(freshName())
    const params = { namespace: made.namespace, name: made.name }
    await ground.context.database.query(
      `update kade.added_app set data = jsonb_set(data::jsonb - 'maxReplicas', '{name}', '"\\u202eNotes"')::json,
         passport = '{}' where id = 'notes'`,
    )
    const list = await ground.platform.listApps(ada, { query })
    expect(list.items).toHaveLength(ground.context.catalog.length)
    const [unusable] = list.unusable
    expect(unusable).toMatchObject({ id: 'notes', added })
    expect(unusable?.reason.nl).toMatch(/onder eerdere regels/)
    expect(unusable?.next.en).toContain('kade apps remove notes')
    const pointers = unusable?.violations.map(one => one.pointer)
    expect(pointers).toEqual(
      expect.arrayContaining(['/app/name', '/app/maxReplicas', '/passport/licence']),
    )
    expect(JSON.stringify(unusable)).not.toContain('\u202e')
    const refusal = { code: 'module-refused', details: { violations: unusable?.violations } }
    await expect(ground.platform.readApp(bob, { params: { app: 'notes' } })).rejects.toMatchObject(
      refusal,
    )
    await expect(deploy(freshName())).rejects.toMatchObject(refusal)
    await expect(ground.platform.restartDeployment(ada, { params })).rejects.toMatchObject(refusal)
    // What runs of it is seen and deleted as before.
    expect(await ground.platform.readDeployment(ada, { params })).toMatchObject({ app: 'notes' })
    const gone = await ground.platform.deleteDeployment(ada, { params, query: { data: 'delete' } })
    await ground.hub.start(gone.id, 'amsterdam', 'w1')
    await ground.hub.removed(await ground.claim(gone.id))
    expect(await ground.story(made.deployment)).toContain('DeploymentDeleted')
    await add()
    expect((await ground.platform.listApps(ada, { query })).unusable).toEqual([])
  })
})

describe('what is bound to a deployment of an app from outside that became unusable', () => {
  it('is changed as before, where its offers can be read, and else told so; going back asks neither', async () => {
    const models = await foreignModule('models')
    const breakRules = (data: string) =>
      ground.context.database.query(
        `update kade.added_app set data = (${data})::json, passport = '{}' where id = 'models'`,
      )
    try {
      const offer = "{ capability: 'openai-api', port: 'http', path: '/v1' }"
      await models.change("expose: 'http',", `expose: 'http', provides: [${offer}],`)
      await add(await models.body())
      const place = { namespace: 'team-a', settings: {} }
      const provider = { ...place, app: 'models', name: freshName() }
      await ground.platform.createDeployment(ada, { body: provider })
      const bindings = { models: `team-a/${provider.name}` }
      const body = { ...place, app: 'litellm', name: freshName(), bindings }
      const made = await ground.platform.createDeployment(ada, { body })
      const params = { namespace: 'team-a', name: body.name }
      await ground.hub.start(made.id, 'amsterdam', 'w1')
      await breakRules(`data::jsonb - 'maxReplicas'`)
      const change = { params, body: { settings: {}, bindings, env: { TZ: 'UTC' } } }
      expect(await ground.platform.updateDeployment(ada, change)).toMatchObject({ revision: 2 })
      await ground.platform.restartDeployment(ada, { params })
      await breakRules(`data::jsonb - 'network'`)
      const said = {
        code: 'settings-invalid',
        details: {
          violations: [
            {
              pointer: '/bindings/models',
              detail: { nl: expect.stringContaining('vervang die app (kade apps add)') },
            },
          ],
        },
      }
      await expect(ground.platform.updateDeployment(ada, change)).rejects.toMatchObject(said)
      await expect(ground.platform.restartDeployment(ada, { params })).rejects.toMatchObject(said)
      const back = { revision: 1, configuration: 'then' } as const
      const gone = await ground.platform.rollbackDeployment(ada, { params, body: back })
      expect(gone).toMatchObject({ kind: 'rollback', revision: 4 })
      await ground.platform.cancelOperation(ada, { params: { operation: gone.id } })
      await ground.platform.retryOperation(ada, { params: { operation: gone.id } })
      const other = { ...body, name: freshName() }
      await expect(ground.platform.createDeployment(ada, { body: other })).rejects.toMatchObject(
        said,
      )
      const members = [{ name: freshName(), app: 'models', settings: {} }]
      const composition = { namespace: 'team-a', name: freshName(), members }
      await expect(
        ground.platform.createComposition(ada, { body: composition }),
      ).rejects.toMatchObject({
        details: {
          violations: [
            {
              pointer: '/members/0/app',
              detail: { en: expect.stringContaining('added from outside under earlier rules') },
            },
          ],
        },
      })
      const told: string[] = []
      const given = environments({ dev: { apps: { models: { replicas: 1 } } } }, [], 'allowed')
      await tellOfAddedApps(ground.context, ground.context.database, given, {
        problem: text => told.push(text),
      })
      expect(told).toEqual([expect.stringContaining('models, which nobody can deploy: The app')])
    } finally {
      await ground.context.database.query("delete from kade.added_app where id = 'models'")
      await models.remove()
    }
  })
})

describe('a deployment of an app from outside', () => {
  it('gets what its environment gives this app, and start tells what none or no longer takes', async () => {
    await add()
    const written = {
      notes: { settings: { language: 'en' } },
      ollama: {},
      nothing: { replicas: 2 },
    }
    const apps = ground.context.catalog.flatMap(({ app }) => (app.digest === undefined ? app : []))
    const inDev = (given: EnvironmentDefinition['apps']) =>
      environments({ dev: { apps: given } }, apps, 'allowed')
    const kade = (given: EnvironmentDefinition['apps']) =>
      createPlatform({ ...ground.context, environments: inDev(given) })
    const asked = { app: 'notes', namespace: 'team-a', name: freshName(), settings: {} }
    const preview = await kade(written).previewDeployment(ada, { body: asked })
    expect(preview).toMatchObject({
      allowed: true,
      settings: { language: 'en' },
      origins: { '/settings/language': 'environment-app' },
    })
    const wrong = { notes: { settings: { language: 'xx' }, replicas: 40 } }
    await expect(kade(wrong).createDeployment(ada, { body: asked })).rejects.toMatchObject({
      details: { violations: [{ pointer: '/settings/language' }, { pointer: '/replicas' }] },
    })
    const told: string[] = []
    const report = { problem: (text: string) => told.push(text) }
    const { database } = ground.context
    await tellOfAddedApps(ground.context, database, inDev(written), report)
    expect(told).toEqual([expect.stringMatching(/dev gives values to the app nothing, which the/)])
    await tellOfAddedApps(ground.context, database, inDev(wrong), report)
    expect(told.slice(1)).toEqual([
      expect.stringMatching(/notes: it has at most \d+ replicas/),
      expect.stringMatching(/refuses: \/apps\/notes\/settings\/language: /),
    ])
  })

  it('is changed beside others with as many connections as there are', async () => {
    await add()
    const made = await Promise.all([1, 2, 3, 4].map(() => deploy(freshName())))
    const database = await openDatabase(ground.runtimeUrl, { maxConnections: 2 })
    // One that has no module yet, so that it is read too.
    const sandbox = openQuickJsSandbox()
    const narrow = createPlatform({ ...ground.context, database, sandbox })
    try {
      const changes = await Promise.all(
        made.map(({ namespace, name }, place) => {
          const params = { namespace, name }
          return place % 2 === 0
            ? narrow.restartDeployment(ada, { params })
            : narrow.updateDeployment(ada, { params, body: { settings: { language: 'en' } } })
        }),
      )
      expect(changes.map(one => one.state)).toEqual(made.map(() => 'queued'))
      const create = narrow.createDeployment(ada, {
        body: { app: 'nothing', namespace: 'team-a', name: freshName(), settings: {} },
      })
      await expect(create).rejects.toMatchObject({
        code: 'app-unknown',
        details: { next: { nl: expect.stringMatching(/ollama.*, notes\.$/) } },
      })
    } finally {
      await sandbox.close()
      await database.close()
    }
  })
})

describe('an update that failed of an app that became unusable', () => {
  it('is not gone back from, and that is told as a task that failed', async () => {
    await add()
    const made = await deploy(freshName())
    const params = { namespace: made.namespace, name: made.name }
    const apply = async (operation: typeof made) => {
      await ground.hub.start(operation.id, 'amsterdam', 'w1')
      await ground.hub.applied(await ground.claim(operation.id))
    }
    await apply(made)
    await ground.hub.observed([seen(made)])
    const body = { settings: { language: 'en' } }
    const update = await ground.platform.updateDeployment(ada, { params, body })
    await apply(update)
    const failure = { code: 'crash-loop', message: { en: 'It ends.', nl: 'Hij stopt.' } } as const
    await ground.hub.observed([
      seen(update, { revision: 2, state: 'degraded', ready: false, failure }),
    ])
    const events = await readStream(ground.context.database, `deployment-${made.deployment}`)
    const failed = events.findLast(event => event.type === 'DeploymentFailed')
    if (!failed) throw new Error('it has not failed')
    const { database } = ground.context
    await database.query("update kade.added_app set passport = '{}' where id = 'notes'")
    const { handle } = rollBackFailedUpdate(ground.context)
    await expect(handle(failed, new AbortController().signal)).rejects.toMatchObject({
      code: 'module-refused',
    })
    await add()
    await handle(failed, new AbortController().signal)
    expect(await ground.platform.readDeployment(ada, { params })).toMatchObject({
      operation: { kind: 'rollback', via: 'platform' },
    })
  })
})

describe('when the module of an app from outside was replaced', () => {
  it('a restart is refused, and going back takes what was, without asking the new module', async () => {
    await add()
    const made = await deploy(freshName())
    const params = { namespace: made.namespace, name: made.name }
    const serves = async (operation: typeof made, revision: number) => {
      await ground.hub.start(operation.id, 'amsterdam', 'w1')
      await ground.hub.applied(await ground.claim(operation.id))
      await ground.hub.observed([seen(made, { revision })])
    }
    await serves(made, 1)
    const update = { params, body: { settings: { language: 'en' } } }
    await serves(await ground.platform.updateDeployment(ada, update), 2)
    await add({ bundle: `${body.bundle};0` })
    await expect(ground.platform.restartDeployment(ada, { params })).rejects.toMatchObject({
      code: 'conflict',
      text: { nl: expect.stringMatching(/vervangen/) },
      details: { next: { en: expect.stringMatching(/Update/) } },
    })
    const ask = () => Promise.reject(new Error('The module was asked.'))
    const sandbox = { ...ground.context.sandbox, ask }
    const deaf = createPlatform({ ...ground.context, sandbox })
    const back = { revision: 1, configuration: 'then' } as const
    const gone = await deaf.rollbackDeployment(ada, { params, body: back })
    await ground.platform.cancelOperation(ada, { params: { operation: gone.id } })
    await deaf.retryOperation(ada, { params: { operation: gone.id } })
    const revisions = await ground.context.database.query<{ objects: string }>(
      'select objects_digest as objects from kade.revision where deployment = $1 order by number',
      [made.deployment],
    )
    const [first, second, third, fourth] = revisions.map(one => one.objects)
    expect([third, fourth]).toEqual([first, first])
    expect(second).not.toBe(first)
    await ground.platform.updateDeployment(ada, update)
    expect(await ground.platform.restartDeployment(ada, { params })).toMatchObject({
      kind: 'restart',
    })
  })
})

describe('taking an app off the shelf', () => {
  it('waits for its deployments to be gone, names those one may see, and keeps their revisions', async () => {
    await add()
    const made = await deploy(freshName())
    await ground.hub.start(made.id, 'amsterdam', 'w1')
    await ground.hub.applied(await ground.claim(made.id))
    await ground.hub.observed([seen(made)])
    await expect(remove('notes')).rejects.toMatchObject({
      code: 'conflict',
      text: { en: expect.stringContaining(`team-a/${made.name}`) },
    })
    await expect(remove('notes', bob)).rejects.toMatchObject({
      text: { en: expect.not.stringContaining('team-a') },
    })
    const living = await ground.platform.listDeployments(ada, {
      query: { ...query, app: 'notes', sort: 'name' },
    })
    for (const { namespace, name } of living.items) {
      const gone = await ground.platform.deleteDeployment(ada, {
        params: { namespace, name },
        query: { data: 'delete' },
      })
      await ground.hub.start(gone.id, 'amsterdam', 'w1')
      await ground.hub.removed(await ground.claim(gone.id))
    }
    await remove('notes')
    expect((await storyOf('notes')).at(-1)).toMatchObject({ type: 'AppRemoved', actor: 'ada' })
    await expect(deploy(freshName())).rejects.toMatchObject({ code: 'app-unknown' })
    await expect(ground.story(made.deployment)).resolves.toContain('DeploymentDeleted')
  })

  it('waits for who deploys it at this moment, and then sees the deployment', async () => {
    await add()
    const [deployed, removed] = await Promise.allSettled([deploy(freshName()), remove('notes')])
    // Whoever came first, there is never a deployment without its app.
    expect([deployed.status, removed.status].sort()).toEqual(['fulfilled', 'rejected'])
  })
})
