import { randomBytes } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { Client } from '#api/client.ts'
import type { OperationOfDeployment } from '#api/operations.ts'
import type { Database } from '#platform/adapters/database/database.ts'
import { migrate } from '#platform/adapters/database/migrate.ts'
import { openDatabase } from '#platform/adapters/database/postgres.ts'
import { createKubeApi } from '#platform/adapters/kubernetes/client.ts'
import type { KubeApi } from '#platform/adapters/kubernetes/kube-api.ts'
import { startTestCluster, type TestCluster } from '#tests/support/control-plane.ts'
import { startTestDatabase, type TestDatabase } from '#tests/support/database.ts'
import { ask, deployed, ended, preparedNamespace, until } from '#tests/support/deployments.ts'
import { allEnded, expectSound } from '#tests/support/invariants.ts'
import { doorOf, type LaunchedKade, launchKade } from '#tests/support/kade.ts'
import { kill, signalApiServer } from '#tests/support/killed.ts'

const namespace = 'harbour'

let home: string
let server: TestDatabase
let cluster: TestCluster
let admin: KubeApi
let database: Database
let urls: Record<string, string>
let doors: { client: Client }
let gateway: LaunchedKade
let workers: [LaunchedKade, LaunchedKade]
const launched: LaunchedKade[] = []

function environment(of: string): Record<string, string> {
  const own = { KADE_HOME: path.join(home, of), KADE_PORT: '0', KADE_YES: '1' }
  const keyFile = path.join(home, 'secret.key')
  return { ...own, ...urls, KADE_KEY_FILE: keyFile, KADE_KUBECONFIG: cluster.kubeconfigPath }
}

/** Each worker has a home of its own, as if on a machine of its own. */
async function startWorker(name: string): Promise<LaunchedKade> {
  const worker = launchKade(['worker'], environment(name))
  launched.push(worker)
  await worker.said(' serves ')
  return worker
}

beforeAll(async () => {
  home = await mkdtemp(path.join(tmpdir(), 'kade-apart-'))
  await writeFile(path.join(home, 'secret.key'), randomBytes(32).toString('base64'), {
    mode: 0o600,
  })
  ;[server, cluster] = await Promise.all([startTestDatabase(), startTestCluster()])
  const { adminUrl } = server
  const { runtimeUrl } = await migrate({ adminUrl })
  urls = { KADE_DATABASE_URL: runtimeUrl, KADE_DATABASE_ADMIN_URL: adminUrl }
  database = await openDatabase(adminUrl)
  const connection = { kubeconfig: cluster.kubeconfigPath }
  // As Kade names it: by its context.
  admin = await createKubeApi({ cluster: `kwok-${cluster.name}`, connection })
  gateway = launchKade(['gateway'], environment('gateway'))
  launched.push(gateway)
  workers = [await startWorker('first'), await startWorker('second')]
  await gateway.said('Kade portal: ')
  doors = await doorOf(path.join(home, 'gateway'))
  await preparedNamespace(doors, namespace)
})

afterAll(async () => {
  await Promise.all(launched.map(one => one.stop()))
  await admin?.close()
  await database?.close()
  await Promise.all([cluster?.stop(), server?.stop()])
  await rm(home, { recursive: true, force: true })
})

/** What the test sees of an operation, fast enough to hit a moment of it. */
type Moment = { step: string | null; attempt: number; working: boolean; ended: boolean }

async function momentOf({ id }: OperationOfDeployment): Promise<Moment> {
  const [moment] = await database.query<Moment>(
    `select step, attempt, ended_at is not null as ended,
        exists (select from pgboss.job where state = 'active' and data->>'subject' = o.id::text) as working
       from kade.operation o where id = $1`,
    [id],
  )
  if (!moment) throw new Error(`There is no operation ${id}.`)
  return moment
}

/**
 * One of the two workers holds still while the other one works, and dies by SIGKILL at the moment `is` names. Answers
 * whether it died in the middle of the operation: some moments are short enough to miss.
 */
async function killAt(
  asking: () => Promise<OperationOfDeployment>,
  is: (moment: Moment) => boolean,
  { frozen = false } = {},
): Promise<{ operation: OperationOfDeployment; hit: boolean }> {
  const [victim, other] = workers
  other.process.kill('SIGSTOP')
  if (frozen) await signalApiServer(cluster.kubeconfigPath, 'SIGSTOP')
  const operation = await asking()
  let moment = await momentOf(operation)
  while (!moment.ended && !is(moment)) moment = await momentOf(operation)
  await kill(victim.process)
  const { ended: missed } = await momentOf(operation)
  if (frozen) await signalApiServer(cluster.kubeconfigPath, 'SIGCONT')
  other.process.kill('SIGCONT')
  return { operation, hit: !missed }
}

let turn = 0
async function replaceTheDead(): Promise<void> {
  const alive = workers.filter(one => one.process.signalCode === null)
  while (alive.length < 2) alive.push(await startWorker(`worker-${++turn}`))
  const [first, second] = alive
  if (first && second) workers = [first, second]
}

afterEach(replaceTheDead)

async function finishedByTheOther(operation: OperationOfDeployment): Promise<void> {
  const end = await ended(doors, operation, 30_000)
  expect(end).toMatchObject({ state: 'succeeded' })
  await allEnded(database)
  await expectSound(database, admin, [namespace])
}

/** Asks anew, with another configuration, until the kill lands in the middle. */
async function hit(
  asking: (attempt: number) => Promise<OperationOfDeployment>,
  is: (moment: Moment) => boolean,
): Promise<OperationOfDeployment> {
  for (let attempt = 1; attempt <= 5; attempt++) {
    const killed = await killAt(() => asking(attempt), is)
    if (killed.hit) return killed.operation
    await ended(doors, killed.operation)
    await replaceTheDead()
  }
  throw new Error('Five operations were quicker than their killer.')
}

function update(name: string, value: number) {
  const body = { settings: {}, env: { TURN: String(value) }, secrets: { openaiKey: `k-${value}` } }
  return doors.client.updateDeployment({ params: { namespace, name }, body })
}

describe('gateway and workers as processes of their own', () => {
  it('deploy, and answer what is asked of the cluster', async () => {
    const deployment = await deployed(doors, { app: 'litellm', namespace, name: 'proxy' })
    expect(deployment.health.state).toBe('healthy')
    const { items } = await doors.client.listObjects({ params: { namespace, name: 'proxy' } })
    expect(items.map(one => one.kind)).toContain('Deployment')
    expect(items.filter(one => one.state !== 'Current')).toEqual([])
  })
})

describe('a worker that dies by SIGKILL is stood in for by the other, and the operation ends once', () => {
  it('when it had taken the operation up and applied nothing', async () => {
    const asking = () => ask(doors, { app: 'qdrant', namespace, name: 'early' })
    const killed = await killAt(asking, one => one.step === 'applying', { frozen: true })
    expect(killed.hit).toBe(true)
    await finishedByTheOther(killed.operation)
    const { attempt } = await doors.client.readOperation({
      params: { operation: killed.operation.id },
    })
    expect(attempt).toBe(2)
  })

  it('when it had applied some objects', async () => {
    const name = 'half'
    const parent = { apiVersion: 'v1', kind: 'ConfigMap', namespace, name: `${name}-kade` }
    const [victim, other] = workers
    other.process.kill('SIGSTOP')
    const operation = await ask(doors, { app: 'qdrant', namespace, name })
    while ((await admin.get(parent)) === null);
    await kill(victim.process)
    expect(await momentOf(operation)).toMatchObject({ ended: false, step: 'applying' })
    other.process.kill('SIGCONT')
    await finishedByTheOther(operation)
  })

  it('when it had applied all and waited for the pods', async () => {
    await finishedByTheOther(
      await hit(
        n => update('proxy', n),
        one => one.step === 'waiting',
      ),
    )
  })

  it('when it was clearing away what the revision replaced', async () => {
    const settling = (one: Moment) => one.step === 'waiting' && one.working
    await finishedByTheOther(await hit(n => update('proxy', n + 10), settling))
  })

  it('when it was deleting', async () => {
    const params = { namespace, name: 'half' }
    const asking = () => doors.client.deleteDeployment({ params, query: { data: 'delete' } })
    const killed = await killAt(asking, one => one.step === 'deleting')
    expect(killed.hit).toBe(true)
    await finishedByTheOther(killed.operation)
  })

  it('and one that starts while the cluster is away joins when it is back', async () => {
    await Promise.all(workers.map(one => one.stop()))
    await signalApiServer(cluster.kubeconfigPath, 'SIGSTOP')
    const late = launchKade(['worker'], environment('late'))
    launched.push(late)
    await late
      .said('could not join')
      .finally(() => signalApiServer(cluster.kubeconfigPath, 'SIGCONT'))
    await late.said('Joined.')
    workers = [late, await startWorker('beside')]
    // Nothing is placed there before it has been seen well for a while.
    const asked = await until(() => ask(doors, { app: 'qdrant', namespace, name: 'after' }))
    expect(await ended(doors, asked)).toMatchObject({ state: 'succeeded' })
  }, 200_000)

  it('and the cluster is said to be ready again', async () => {
    await until(async () => {
      const { items } = await doors.client.listClusters({})
      expect(items).toMatchObject([{ state: 'ready' }])
    })
  })
})
