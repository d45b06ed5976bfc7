import { randomUUID } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Deployment } from '#api/deployments.ts'
import type { OperationOfDeployment } from '#api/operations.ts'
import { PlatformError } from '#platform/errors.ts'
import { append } from '#platform/events/store.ts'
import { cliAtDoor } from '#tests/support/cli-at-door.ts'

const at = '2026-11-21T10:00:00.000Z'
const text = (en: string) => ({ en, nl: `nl:${en}` })
const id = randomUUID()
const deploymentId = randomUUID()

const cli = cliAtDoor()
const { kade, calls, called } = cli

const operation = (more: Partial<OperationOfDeployment> = {}): OperationOfDeployment => ({
  id,
  kind: 'create',
  state: 'queued',
  attempt: 0,
  requestedAt: at,
  deadline: at,
  actor: 'a1',
  via: 'cli',
  namespace: 'team-a',
  name: 'vectors',
  deployment: deploymentId,
  app: 'qdrant',
  revision: 1,
  ...more,
})

const deployment: Deployment = {
  id: deploymentId,
  namespace: 'team-a',
  name: 'vectors',
  app: 'qdrant',
  version: '1.16.0',
  environment: 'dev',
  team: 'platform',
  clusters: ['amsterdam'],
  placement: null,
  placements: [],
  kept: [],
  revision: 3,
  etag: 'v7',
  simulated: true,
  desired: {
    revision: 3,
    settings: { workers: 2, title: 'x' },
    bindings: { provider: 'team-a/llm' },
    secrets: ['key'],
    env: { A: '1' },
    replicas: 2,
    ingress: null,
  },
  applied: { revision: 3, at },
  health: { state: 'healthy', since: at },
  drift: false,
  operation: operation({ state: 'succeeded', kind: 'update' }),
  createdAt: at,
}

const settingsSchema = { properties: { workers: { type: 'integer' }, title: { type: 'string' } } }

/** What a preview says of the values, once the environment has filled them in. */
const resolved = {
  settings: { logLevel: 'INFO', workers: 0 },
  environment: 'prod',
  values: {
    settings: { logLevel: 'INFO', workers: 0 },
    replicas: 2,
    env: { TZ: 'Europe/Amsterdam' },
    resources: {},
  },
  origins: {
    '/settings/logLevel': 'you',
    '/settings/workers': 'module',
    '/replicas': 'environment',
    '/env/TZ': 'environment-app',
  },
  monitoring: 'no-operator',
  failover: {
    ...{ mode: 'never', after: 300, chosen: false },
    why: { en: 'It has volumes.', nl: 'Hij heeft volumes.' },
  },
  resources: { cpu: '1', memory: '1Gi', storage: '5Gi' },
}

describe('kade deploy', () => {
  it('binds a need to an address, with the secret that is its key', async () => {
    cli.answers = { createDeployment: () => operation() }
    const url = 'postgresql://ada@db.example.org/app'
    const { code } = await kade(
      `deploy mlflow -n team-a --name runs --bind database=${url} --secret database.key=-`,
      { stdin: 'canary-6\n' },
    )
    expect(code).toBe(0)
    const body = called('createDeployment')?.body
    expect(body).toMatchObject({ bindings: { database: { url, secret: 'canary-6' } } })
    expect(body).not.toHaveProperty('secrets')
  })

  it('sends what the flags say, as the terminal, with a key of its own', async () => {
    cli.answers = {
      readApp: () => ({ settingsSchema }),
      createDeployment: () => operation(),
    }
    const values = join(cli.home, 'values.yaml')
    await writeFile(values, 'workers: 1\ntitle: hello\n')
    const { code, out } = await kade(
      `deploy qdrant -n team-a --name vectors --values ${values} --set workers=3 --secret key=- --env A=b=c --bind provider=team-a/llm --replicas 2 --cluster paris --reason try`,
      { stdin: 'canary-5\n' },
    )
    expect(code).toBe(0)
    expect(out).toContain('create team-a/vectors: queued')
    const created = calls.find(({ route }) => route === 'createDeployment')
    expect(created?.actor.via).toBe('cli')
    expect(created?.call.idempotencyKey).toMatch(/^[\w-]{36}$/)
    expect(created?.call.body).toEqual({
      app: 'qdrant',
      namespace: 'team-a',
      name: 'vectors',
      settings: { workers: 3, title: 'hello' },
      secrets: { key: 'canary-5' },
      env: { A: 'b=c' },
      bindings: { provider: 'team-a/llm' },
      replicas: 2,
      cluster: 'paris',
      reason: 'try',
    })
  })

  it('--wait follows to the end, steps on standard error, and the exit code tells how it ended', async () => {
    const ends: [OperationOfDeployment['state'], number][] = [
      ['succeeded', 0],
      ['failed', 1],
      ['cancelled', 1],
      ['needs-approval', 5],
    ]
    for (const [state, code] of ends) {
      let looks = 0
      cli.answers = {
        createDeployment: () => operation(),
        readOperation: () => {
          looks += 1
          if (looks === 1) {
            void ring()
            return operation({ state: 'running', step: 'waiting', attempt: 1 })
          }
          const cause = { code: 'x', message: text('The image is not there.'), object: 'Pod/v-0' }
          return operation({
            state,
            attempt: 1,
            ...(state === 'failed' ? { cause, next: text('Fix it.') } : {}),
          })
        },
      }
      const began = Date.now()
      const ended = await kade('deploy qdrant -n team-a --wait')
      // An event rang; the poll alone would have looked only after two seconds more.
      expect(Date.now() - began).toBeLessThan(2_200)
      expect([state, ended.code]).toEqual([state, code])
      expect(ended.err).toMatch(/queued\n.*waiting\n/)
      expect(ended.out).toContain(`create team-a/vectors: ${state}`)
      if (state === 'failed')
        expect(ended.out).toContain('Pod/v-0: The image is not there.\n→ Fix it.')
    }
  })

  it('gives up waiting after --timeout with 6, and says that it goes on', async () => {
    cli.answers = { createDeployment: () => operation(), readOperation: () => operation() }
    const { code, err } = await kade('deploy qdrant -n team-a --wait --timeout 0s')
    expect(code).toBe(6)
    expect(err).toContain('It goes on without us')
  })

  it('refused, tells why and what to do, and with -o json prints the problem itself', async () => {
    cli.answers = {
      createDeployment: () => {
        throw new PlatformError('quota-exceeded', 'Two CPUs are asked for, one is left.', {
          violations: [{ pointer: '/resources/limits/cpu', detail: text('at most 1') }],
        })
      },
    }
    const plain = await kade('deploy qdrant -n team-a')
    expect([plain.code, plain.out]).toEqual([3, ''])
    expect(plain.err).toContain(
      'Two CPUs are asked for, one is left.\n  /resources/limits/cpu: at most 1\n→',
    )
    const json = await kade('deploy qdrant -n team-a -o json')
    expect(JSON.parse(json.out)).toMatchObject({ status: 422, code: 'quota-exceeded' })
  })

  it('--dry-run previews and changes nothing', async () => {
    cli.answers = {
      previewDeployment: () => ({
        allowed: false,
        findings: [],
        violations: [{ pointer: '/settings/workers', detail: text('at least 1') }],
        changes: [{ apiVersion: 'v1', kind: 'Service', name: 'vectors', change: 'create' }],
        checked: 'offline',
        reason: text('amsterdam is starting'),
        cluster: 'amsterdam',
        clusters: ['amsterdam'],
        placement: [
          { cluster: 'amsterdam', chosen: true, code: 'usual', reason: text('the usual one') },
          { cluster: 'paris', chosen: false, code: 'residency', reason: text('not its law') },
        ],
        ...resolved,
        simulated: true,
      }),
    }
    const asked = '--data-class personal --region eu-nl --region eu-fr'
    const { code, out } = await kade(`deploy qdrant -n team-a --dry-run ${asked}`)
    expect(code).toBe(3)
    expect(out).toContain('Would be refused on amsterdam (simulated).')
    expect(out).toContain('+ Service/vectors')
    expect(out).toContain('  ● amsterdam: the usual one')
    expect(out).toContain('  ○ paris: not its law')
    expect(calls.map(({ route }) => route)).toEqual(['previewDeployment'])
    expect(calls[0]?.call.body).toMatchObject({
      dataClass: 'personal',
      placement: { regions: ['eu-nl', 'eu-fr'] },
    })
    const wrong = await kade('deploy qdrant -n team-a --data-class secret')
    expect(wrong.code).toBe(2)
    expect(wrong.err).toContain('choose from public, internal, personal, confidential')
  })
})

describe('a preview', () => {
  const preview = {
    allowed: true,
    findings: [],
    violations: [],
    changes: [
      {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        name: 'vectors',
        change: 'change',
        fields: [
          {
            path: 'spec.replicas',
            applied: 1,
            live: 4,
            next: 1,
            by: 'somebody-else',
            manager: 'hand',
          },
          { path: 'spec.paused', live: false, next: true, by: 'you' },
        ],
        moreFields: 3,
      },
    ],
    checked: 'cluster',
    placement: [],
    hash: `${'a'.repeat(32)}-${'b'.repeat(32)}`,
    cluster: 'amsterdam',
    clusters: ['amsterdam'],
    ...resolved,
    simulated: true,
  }

  it('tells where each value comes from that is not the app’s own', async () => {
    cli.answers = { previewDeployment: () => preview }
    const { out } = await kade('preview qdrant -n team-a --name vectors')
    expect(out).toContain(
      [
        'Runs with',
        '  /settings/logLevel: "INFO" (you)',
        '  /replicas: 2 (environment prod)',
        '  /env/TZ: "Europe/Amsterdam" (environment prod, for this app)',
        '  and 1 more from the app itself',
        'Prometheus cannot be told to collect its figures: the cluster has no operator for it.',
      ].join('\n'),
    )
  })

  it('tells what you change apart from what somebody changed by hand', async () => {
    cli.answers = { previewDeployment: () => preview }
    const { code, out } = await kade('preview qdrant -n team-a --name vectors')
    expect(code).toBe(0)
    expect(out).toContain(
      [
        '~ Deployment/vectors',
        '    you change:',
        '      spec.paused: false → true',
        '    somebody changed by hand (this is put back):',
        '      spec.replicas: 4 → 1 (hand)',
        '    and 3 more',
      ].join('\n'),
    )
    expect(out).toContain(`--preview ${preview.hash}`)
    const json = await kade('preview qdrant -n team-a -o json')
    expect(JSON.parse(json.out)).toMatchObject({ hash: preview.hash })
  })

  it('is held on to with --preview', async () => {
    cli.answers = { createDeployment: () => operation() }
    expect((await kade(`deploy qdrant -n team-a --preview ${preview.hash}`)).code).toBe(0)
    const { call } = calls.find(({ route }) => route === 'createDeployment') ?? {}
    expect(call?.body).toMatchObject({ preview: preview.hash })
    const odd = await kade('deploy qdrant -n team-a --preview nonsense')
    expect(odd.err).toContain('/preview: ')
  })
})

describe('kade update', () => {
  it('lays the flags over what is there, and holds on to what it saw', async () => {
    cli.answers = {
      readApp: () => ({ settingsSchema }),
      readDeployment: () => deployment,
      updateDeployment: () => operation({ kind: 'update' }),
    }
    expect((await kade('update team-a/vectors --set workers=4 --env B=2')).code).toBe(0)
    const { call } = calls.find(({ route }) => route === 'updateDeployment') ?? {}
    expect(call?.ifMatch).toBe('v7')
    expect(call?.body).toEqual({
      version: '1.16.0',
      settings: { workers: 4, title: 'x' },
      bindings: { provider: 'team-a/llm' },
      env: { A: '1', B: '2' },
      replicas: 2,
      ingress: null,
    })
  })
})

describe('what stays behind of a deployment that goes elsewhere', () => {
  it('is agreed to in an update too', async () => {
    cli.answers = {
      readApp: () => ({ settingsSchema }),
      readDeployment: () => deployment,
      updateDeployment: () => operation({ kind: 'move' }),
    }
    expect((await kade('update team-a/vectors --cluster paris --data leave')).code).toBe(0)
    const { call } = calls.find(({ route }) => route === 'updateDeployment') ?? {}
    expect(call?.body).toMatchObject({ cluster: 'paris', data: 'leave' })
    expect((await kade('update team-a/vectors --data keep')).code).toBe(2)
  })

  it('has a look at a move say no until it is agreed to', async () => {
    const lists = { placement: [], violations: [], findings: [] }
    const places = { from: ['amsterdam'], to: ['paris'], leaves: ['amsterdam'], finds: [] }
    cli.answers = { previewMove: () => ({ allowed: true, ...places, stays: ['data'], ...lists }) }
    const refused = (await kade('move team-a/vectors --to paris --dry-run')).code
    expect(refused).not.toBe(0)
    expect((await kade('move team-a/vectors --to paris --dry-run --data leave')).code).toBe(0)
  })
})

describe('the other commands', () => {
  it('rollback goes to the last revision that worked', async () => {
    cli.answers = {
      readDeployment: () => deployment,
      listRevisions: () => ({
        items: [
          { number: 3, result: 'succeeded' },
          { number: 2, result: 'failed' },
          { number: 1, result: 'succeeded' },
        ],
        next: null,
      }),
      rollbackDeployment: () => operation({ kind: 'rollback' }),
    }
    expect((await kade('rollback team-a/vectors')).code).toBe(0)
    expect(calls.at(-1)?.call.body).toEqual({ revision: 1, configuration: 'now' })
    await kade('rollback team-a/vectors 2 --configuration then')
    expect(calls.at(-1)?.call.body).toEqual({ revision: 2, configuration: 'then' })
  })

  it('delete keeps the data unless it is told otherwise', async () => {
    cli.answers = { deleteDeployment: () => operation({ kind: 'delete' }) }
    await kade('delete team-a/vectors')
    await kade('delete team-a/vectors --data delete')
    expect(calls.map(({ call }) => call.query)).toEqual([{ data: 'keep' }, { data: 'delete' }])
    calls.length = 0
    expect((await kade('delete team-a/vectors --forget')).code).toBe(2)
    await kade('delete team-a/vectors --forget --yes')
    expect(calls.map(({ call }) => call.query)).toEqual([{ data: 'keep', forget: 'vectors' }])
  })

  it('delete says before it forgets what becomes of the data', async () => {
    cli.answers = { deleteDeployment: () => operation({ kind: 'delete' }) }
    const asked = async (line: string) =>
      (await kade(line, { answer: 'vectors', env: { KADE_LANG: 'nl' } })).err
    const forget = 'delete team-a/vectors --forget'
    expect(await asked(forget)).not.toContain('GEWIST')
    const all = await asked(`${forget} --data delete`)
    expect(all).toContain(
      'Ook zijn volumes blijven daar, die op zijn andere clusters WORDEN GEWIST; DE GEHEIMEN die Kade ervan heeft WORDEN GEWIST',
    )
    expect(all).not.toContain('AL ZIJN GEGEVENS')
    expect(calls.at(-1)?.call.query).toEqual({ data: 'delete', forget: 'vectors' })
  })

  it('status and list say where a state is only played', async () => {
    cli.answers = {
      readDeployment: () => deployment,
      listDeployments: () => ({ items: [deployment], next: 'c2' }),
    }
    const status = await kade('status team-a/vectors')
    expect(status.out).toContain('healthy (simulated) since')
    const list = await kade('list -n team-a --limit 1')
    expect(list.out).toMatch(/team-a\/vectors +qdrant +1\.16\.0 +healthy \(simulated\)/)
    expect(list.out).toContain('kade list --cursor c2')
    const json = await kade('list -o json')
    expect(JSON.parse(json.out)).toEqual({ items: [deployment], next: 'c2' })
  })

  it('labels and states are Dutch for who reads Dutch, and names of the contract as JSON', async () => {
    cli.answers = {
      readDeployment: () => deployment,
      listDeployments: () => ({ items: [deployment], next: 'c2' }),
      deleteDeployment: () => operation({ kind: 'delete', state: 'queued' }),
    }
    const nl = { env: { KADE_LANG: 'nl' } }
    const status = await kade('status team-a/vectors', nl)
    expect(status.out).toMatch(/ op amsterdam\ngezond \(gesimuleerd\) sinds .*\nrevisie 3 /)
    const list = await kade('list', nl)
    expect(list.out).toMatch(
      /^UITROL +APP +VERSIE +GEZONDHEID +LAATSTE BEWERKING +CLUSTER +LEEFTIJD/,
    )
    expect(list.out).toMatch(/gezond \(gesimuleerd\) +wijzigen gelukt/)
    expect(list.out).toContain('Er is meer: kade list --cursor c2')
    const gone = await kade('delete team-a/vectors --yes', nl)
    expect(gone.out).toMatch(
      /^verwijderen team-a\/vectors: in de wachtrij\n[\s\S]*Volg het met: kade status/,
    )
    expect(JSON.parse((await kade('list -o json', nl)).out).items).toEqual([deployment])
  })

  it('logs are stripped of what would steer the terminal', async () => {
    const line = { at: null, pod: 'vectors-0', container: 'qdrant', text: '\u001b[31mred\u001b[0m' }
    cli.answers = { readLogs: () => ({ items: [line], simulated: false, truncated: false }) }
    expect((await kade('logs team-a/vectors')).out).toBe('vectors-0/qdrant  red')
  })

  it('metrics stand beside their limits, and say that they are only played', async () => {
    const items = [
      {
        pod: 'vectors-0',
        container: 'qdrant',
        cpu: { usage: 0.050000076, request: 0.1, limit: 1 },
        memory: { usage: 2 ** 27, limit: 2 ** 29 },
      },
      { pod: 'vectors-0', container: 'side', cpu: { usage: 0 }, memory: { usage: 2 ** 20 } },
    ]
    cli.answers = { readMetrics: () => ({ available: true, at, simulated: true, items }) }
    const { out } = await kade('metrics team-a/vectors')
    expect(out).toContain(`Measured ${at} (simulated)`)
    expect(out).toMatch(/vectors-0 +qdrant +0\.05 +1 +128 MiB +512 MiB/)
    expect(out).toMatch(/vectors-0 +side +0 +no limit +1 MiB +no limit/)
    const json = await kade('metrics team-a/vectors -o json')
    expect(JSON.parse(json.out)).toEqual({ available: true, at, simulated: true, items })
  })

  it('metrics say why there are none, in the language of who asks', async () => {
    const reason = text('No metrics API.')
    cli.answers = { readMetrics: () => ({ available: false, reason, simulated: false, items: [] }) }
    const { code, out, err } = await kade('metrics team-a/vectors', { env: { KADE_LANG: 'nl' } })
    expect({ code, out, err }).toEqual({ code: 0, out: '', err: 'nl:No metrics API.' })
  })

  it('namespaces create waits until every cluster has it', async () => {
    const namespace = (state: string) => ({
      name: 'team-b',
      team: 'platform',
      environment: 'dev',
      clusters: [{ name: 'paris', state }],
      bounds: { cpu: '4', memory: '8Gi', storage: '50Gi', deployments: 20 },
      createdAt: at,
    })
    let looks = 0
    cli.answers = {
      createNamespace: () => namespace('preparing'),
      readNamespace: () => namespace(++looks > 1 ? 'ready' : 'preparing'),
    }
    const { code, out } = await kade('namespaces create team-b --cluster paris --wait')
    expect(code).toBe(0)
    expect(out).toContain('paris ready')
    expect(calls[0]?.call.body).toEqual({ name: 'team-b', environment: 'dev', clusters: ['paris'] })
  })

  it('namespaces spread asks for all clusters, or those that are named', async () => {
    const clusters = [{ name: 'paris', state: 'preparing' }]
    const bounds = { cpu: '4', memory: '8Gi', storage: '50Gi', deployments: 20 }
    const namespace = { name: 'team-b', team: 'platform', environment: 'dev', clusters, bounds }
    cli.answers = { spreadNamespace: () => ({ ...namespace, everywhere: true, createdAt: at }) }
    expect((await kade('namespaces spread team-b')).out).toContain('paris preparing')
    await kade('namespaces spread team-b --cluster paris --cluster warsaw')
    expect(calls.map(({ call }) => call.body)).toEqual([{}, { clusters: ['paris', 'warsaw'] }])
  })

  it('open names the app, and its page when it has no address of its own', async () => {
    cli.answers = { readDeployment: () => ({ ...deployment, url: 'https://vectors.example.org' }) }
    expect((await kade('open team-a/vectors')).out).toBe('https://vectors.example.org')
    cli.answers = { readDeployment: () => ({ ...deployment, url: 'javascript:alert(1)' }) }
    expect((await kade('open team-a/vectors')).out).toMatch(
      /^http:.*\/deployments\/team-a\/vectors$/,
    )
  })

  it('speaks Dutch to who does', async () => {
    cli.answers = {
      readOperation: () => operation({ state: 'failed', next: text('Fix it.') }),
    }
    const { out } = await kade(`operations show ${id}`, { env: { KADE_LANG: 'nl' } })
    expect(out).toContain('→ nl:Fix it.')
  })
})

describe('the exit code', () => {
  it('is 2 for a command that makes no sense, and nothing is sent', async () => {
    for (const line of [
      'deploy qdrant',
      'nonsense',
      'status vectors',
      'list -o xml',
      'deploy qdrant -n team-a --wait --timeout 5',
      'rollback team-a/vectors zero',
    ])
      expect([line, (await kade(line)).code]).toEqual([line, 2])
    expect(calls).toEqual([])
  })

  it('is 4 for what is not there', async () => {
    cli.answers = {
      readDeployment: () => {
        throw new PlatformError('not-found', 'There is no deployment team-a/gone.')
      },
    }
    const { code, err } = await kade('status team-a/gone')
    expect(code).toBe(4)
    expect(err).toContain('There is no deployment team-a/gone.')
  })

  it('is 3 without rights', async () => {
    expect((await kade('list', { env: { KADE_TOKEN: 'x'.repeat(43) } })).code).toBe(3)
  })

  it('says the state of a deployment in the words of the portal', async () => {
    const words = JSON.parse(await readFile('app/locales/nl/words.json', 'utf8'))
    cli.answers = {
      readDeployment: () => ({ ...deployment, health: { state: 'suspended', since: at } }),
    }
    const { out } = await kade('status team-a/vectors', { env: { KADE_LANG: 'nl' } })
    expect(out).toContain(`\n${words.health.suspended.toLowerCase()} (gesimuleerd) sinds`)
  })

  it('is 7 when no Kade answers, with the way to start one', async () => {
    const nowhere = await kade('list', { env: { KADE_HOME: join(cli.home, 'nowhere') } })
    expect(nowhere.code).toBe(7)
    expect(nowhere.err).toContain('kade up')
    const closed = await kade('list', { env: { KADE_URL: 'http://127.0.0.1:1', KADE_TOKEN: 'x' } })
    expect(closed.code).toBe(7)
    expect(closed.err).toContain('kade up')
  })

  it('is 0 for help and version', async () => {
    expect(await kade('--version')).toMatchObject({ code: 0, out: '0.0.0' })
    expect((await kade('deploy --help')).out).toContain('--secret <name=@file>')
  })
})

/** Something happens to the deployment that is waited for. */
async function ring() {
  await cli.door.database.query(
    `insert into kade.operation (id, deployment, namespace, name, app, team, kind, state, deadline, actor, via)
     values ($1, $2, 'team-a', 'vectors', 'qdrant', 'platform', 'create', 'running', $3, 'a1', 'cli')`,
    [randomUUID(), deploymentId, at],
  )
  const data = { operation: id, cluster: 'amsterdam', attempt: 1, worker: 'w1' }
  await cli.door.database.transaction(tx =>
    append(tx, `deployment-${deploymentId}`, null, [{ type: 'DeploymentStarted', data }]),
  )
}
