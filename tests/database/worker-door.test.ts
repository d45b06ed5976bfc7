import { randomUUID } from 'node:crypto'
import { type AddressInfo, connect } from 'node:net'
import { Writable } from 'node:stream'
import { createServer } from 'node:tls'
import { pino } from 'pino'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { PlatformError } from '#platform/errors.ts'
import { createSqlAgent } from '#platform/federation/carriers/sql.ts'
import type { Question, Task } from '#platform/federation/cluster-agent.ts'
import { ensureOwner } from '#platform/governance/accounts.ts'
import { createToken } from '#platform/governance/sessions.ts'
import { revokeWorkerCredential } from '#platform/governance/worker-credentials.ts'
import {
  dialIn,
  startWorkerGateway,
  type TestCarrier,
  type WorkerGateway,
  workerToken,
} from '#tests/support/https-carrier.ts'
import { loopbackCertificate } from '#tests/support/loopback-certificate.ts'
import {
  ada,
  freshName,
  type PlatformGround,
  platformGround,
  seen,
} from '#tests/support/platform-ground.ts'
import { startTcpProxy } from '#tests/support/tcp-proxy.ts'

let ground: PlatformGround
let gateway: WorkerGateway
let other: WorkerGateway
let paris: { id: string; token: string }
const logged: string[] = []
const closing: (() => Promise<void>)[] = []
const soon = { timeout: 20_000, interval: 20 }

beforeAll(async () => {
  ground = await platformGround()
  for (const name of ['amsterdam', 'paris']) await ground.cluster(name, 0)
  await ground.namespace('team-a', 'a', ['amsterdam', 'paris'])
  await ground.namespace('team-am', 'a', ['amsterdam'])
  const { database } = ground.context
  const agent = createSqlAgent({ database, queue: ground.queue })
  const sink = new Writable({
    write(chunk, _encoding, done) {
      logged.push(String(chunk))
      done()
    },
  })
  const logger = pino({ level: 'warn' }, sink)
  const { hub } = ground
  gateway = await startWorkerGateway({ database, agent, hub, logger, silentMs: 3_000 })
  other = await startWorkerGateway({ database, agent, hub, logger })
  paris = await workerToken(database, ['paris'])
})
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close()
})
afterAll(async () => {
  await gateway?.stop()
  await other?.stop()
  await ground?.stop()
})

function post(name: string, body: unknown, token = paris.token, at = gateway.url) {
  return fetch(`${at}/worker/v1/${name}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
}

async function deploy(cluster: string): Promise<{ id: string; operation: string; name: string }> {
  const name = freshName()
  const body = { app: 'qdrant', namespace: 'team-a', name, settings: {}, cluster }
  const { id: operation, deployment: id } = await ground.platform.createDeployment(ada, { body })
  return { id, operation, name }
}

function dial(url = gateway.url, token: () => string = () => paris.token): TestCarrier {
  const carrier = dialIn(url, token)
  closing.push(carrier.close)
  return carrier
}

/** A stream as its bytes; `next` is the next message. */
async function openStream(token = paris.token, clusters = 'paris', at = gateway.url) {
  const over = new AbortController()
  const response = await fetch(
    `${at}/worker/v1/stream?serves=tasks&clusters=${clusters}&worker=w`,
    { headers: { authorization: `Bearer ${token}` }, signal: over.signal },
  )
  closing.push(async () => over.abort())
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
  let text = ''
  const next = async (): Promise<Record<string, never> | null> => {
    for (;;) {
      const end = text.indexOf('\n')
      if (end > 0) {
        const line = text.slice(0, end)
        text = text.slice(end + 1)
        return JSON.parse(line)
      }
      if (end === 0) text = text.slice(1)
      else {
        const read = await reader?.read()
        if (!read || read.done) return null
        text += read.value
      }
    }
  }
  return { status: response.status, next }
}

async function enqueue(cluster: string, subject: string): Promise<void> {
  await ground.context.database.transaction(tx =>
    ground.queue.enqueue(tx, { kind: 'advance', cluster, subject }),
  )
}

describe('a gateway that is newer than its worker', () => {
  it('is served in what the worker knows; what it does not know it refuses, and says once', async () => {
    const carrier = dial()
    closing.push(
      await carrier.agent.answer(['paris'], async () => ({
        available: false,
        simulated: false,
        items: [],
      })),
    )
    const agent = createSqlAgent({ database: ground.context.database, queue: ground.queue })
    // Of a later version.
    const dance = { type: 'dance' } as unknown as Question
    for (let times = 0; times < 2; times++)
      await expect(agent.ask('paris', dance, 10_000)).rejects.toMatchObject({
        code: 'cluster-unreachable',
        message: expect.stringContaining('does not know the question "dance"'),
      })
    const metrics = { type: 'metrics', namespace: 'team-a', name: 'chat' } as const
    expect(await agent.ask('paris', metrics, 10_000)).toMatchObject({ available: false })
    expect(carrier.lines.filter(line => line.includes('"dance"'))).toHaveLength(1)
    expect(carrier.lines.filter(line => line.includes('broke off'))).toEqual([])
  })

  it('names its protocol when a stream opens, and takes a worker that names another', async () => {
    const { next } = await openStream(paris.token, 'paris&protocol=7&later=yes')
    expect(await next()).toMatchObject({ type: 'opened', protocol: 1 })
  })
})

describe('a credential', () => {
  it('opens nothing of the API, and a person’s token nothing of the workers', async () => {
    const { id } = await ensureOwner(ground.context.database)
    const person = await createToken(ground.context.database, id, 'token')
    const beat = { worker: 'w', clusters: [] }
    expect((await post('heartbeat', beat)).status).toBe(200)
    for (const token of [person, `${paris.token.slice(0, -1)}_`, '', 'x'.repeat(5_000)])
      expect((await post('heartbeat', beat, token)).status).toBe(401)
    const asked = await fetch(`${gateway.url}/api/v1/clusters`, {
      headers: { authorization: `Bearer ${paris.token}` },
    })
    expect(asked.status).toBe(401)
  })

  it('is for its clusters: who asks for another is refused, and written down', async () => {
    logged.splice(0)
    const { operation } = await deploy('amsterdam')
    const claim = { operation, cluster: 'amsterdam', attempt: 1 }
    const foreign: [string, unknown][] = [
      ['start', { operation, cluster: 'amsterdam', worker: 'w' }],
      ['applied', { claim }],
      ['heartbeat', { worker: 'w', clusters: [{ name: 'amsterdam', reachable: true }] }],
      ['clusterState', { cluster: 'amsterdam', state: 'failed', message: { en: '', nl: '' } }],
      ['prepared', { namespace: 'team-a', cluster: 'amsterdam', failure: 'no' }],
    ]
    for (const [name, body] of foreign) expect((await post(name, body)).status).toBe(403)
    expect((await openStream(paris.token, 'paris,amsterdam')).status).toBe(403)
    expect(logged).toHaveLength(foreign.length + 1)
    expect(logged[0]).toContain(paris.id)
    expect(logged.join('')).not.toContain(paris.token)
    const [row] = await ground.context.database.query<{ attempt: number }>(
      'select attempt from kade.operation where id = $1',
      [operation],
    )
    expect(row).toEqual({ attempt: 0 })
  })

  it('gets no order of a deployment elsewhere by calling it its own, and reports nothing of it', async () => {
    logged.splice(0)
    const { id, operation, name } = await deploy('amsterdam')
    const start = await post('start', { operation, cluster: 'paris', worker: 'w' })
    expect(start.status).toBe(403)
    expect(logged.join('')).toContain('A worker asked for what is not of its clusters')
    const lie = seen({ deployment: id, namespace: 'team-a', name }, { cluster: 'paris' })
    expect((await post('observed', { seen: [lie] })).status).toBe(200)
    const { health } = await ground.platform.readDeployment(ada, {
      params: { namespace: 'team-a', name },
    })
    expect(health.state).not.toBe('healthy')
    const foreign = { namespace: 'team-am', cluster: 'paris' }
    expect(await (await post('namespaceSpec', foreign)).json()).toEqual({ answer: null })
    expect((await post('prepared', { ...foreign, failure: null })).status).toBe(403)
  })

  it('that is revoked lets nobody in, and cuts off who is connected', async () => {
    const one = await workerToken(ground.context.database, ['paris'])
    // Of this gateway a stream ends by silence much later.
    const stream = await openStream(one.token, 'paris', other.url)
    expect(await stream.next()).toMatchObject({ type: 'opened' })
    await revokeWorkerCredential(ground.context, ada, one.id)
    expect((await post('heartbeat', { worker: 'w', clusters: [] }, one.token)).status).toBe(401)
    const began = Date.now()
    while ((await stream.next()) !== null);
    expect(Date.now() - began).toBeLessThan(12_000)
  })

  it('is replaced while a task runs, which ends under the one that it began under', async () => {
    const before = await workerToken(ground.context.database, ['paris'])
    const after = await workerToken(ground.context.database, ['paris'])
    let token = before.token
    const carrier = dial(gateway.url, () => token)
    const subject = randomUUID()
    const mayEnd = Promise.withResolvers<void>()
    closing.push(
      await carrier.agent.claim(['paris'], async task => {
        if (task.subject === subject) await mayEnd.promise
      }),
    )
    const jobs = () =>
      ground.context.database.query<{ state: string; retry_count: number }>(
        "select state, retry_count from pgboss.job where data->>'subject' = $1",
        [subject],
      )
    await enqueue('paris', subject)
    await vi.waitFor(async () => expect(await jobs()).toMatchObject([{ state: 'active' }]), soon)
    token = after.token
    mayEnd.resolve()
    await vi.waitFor(
      async () => expect(await jobs()).toEqual([{ state: 'completed', retry_count: 0 }]),
      { timeout: 3_000, interval: 20 },
    )
  })

  it('is replaced without a pause', async () => {
    const before = await workerToken(ground.context.database, ['paris'])
    const after = await workerToken(ground.context.database, ['paris'])
    let token = before.token
    const carrier = dial(gateway.url, () => token)
    const done: string[] = []
    closing.push(await carrier.agent.claim(['paris'], async task => void done.push(task.subject)))
    token = after.token
    await revokeWorkerCredential(ground.context, ada, before.id)
    const subject = randomUUID()
    await enqueue('paris', subject)
    await vi.waitFor(() => expect(done).toContain(subject), soon)
    expect(carrier.isAway()).toBe(false)
  })
})

it('is spoken to over TLS by an authority of one’s own', async () => {
  const to = Number(new URL(gateway.url).port)
  const server = createServer(loopbackCertificate, socket => {
    const there = connect(to, '127.0.0.1')
    socket.pipe(there).pipe(socket)
    socket.on('error', () => there.destroy())
    there.on('error', () => socket.destroy())
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  closing.push(() => new Promise(resolve => server.close(() => resolve())))
  // A server that listens on TCP has an address of this form.
  const { port } = server.address() as AddressInfo
  const url = `https://127.0.0.1:${port}`
  const carrier = dialIn(url, () => paris.token, loopbackCertificate.authority)
  closing.push(carrier.close)
  const done: string[] = []
  closing.push(await carrier.agent.claim(['paris'], async task => void done.push(task.subject)))
  const subject = randomUUID()
  await enqueue('paris', subject)
  await vi.waitFor(() => expect(done).toContain(subject), soon)
  const stranger = dial(url)
  const beat = { worker: 'w', clusters: [] }
  await expect(stranger.agent.heartbeat(beat)).rejects.toMatchObject({ name: 'HubUnreachable' })
})

describe('one credential', () => {
  it('fills the database neither with replies that nobody takes, nor with workers that it makes up', async () => {
    const greedy = await workerToken(ground.context.database, ['paris'])
    const statuses: number[] = []
    for (let i = 0; i < 70; i++) {
      const reply = { type: 'task', task: 't', failure: null }
      statuses.push((await post('reply', { stream: randomUUID(), reply }, greedy.token)).status)
      const beat = { worker: `w${i}`, clusters: [{ name: 'paris', reachable: true }] }
      expect((await post('heartbeat', beat, greedy.token)).status).toBe(200)
    }
    expect(new Set(statuses)).toEqual(new Set([200, 429]))
    const count = async (sql: string, of: string) =>
      (await ground.context.database.query<{ n: number }>(sql, [of]))[0]?.n
    const replies = 'select count(*)::int as n from kade.worker_reply where credential = $1'
    expect(await count(replies, greedy.id)).toBe(64)
    const reports = 'select count(*)::int as n from kade.worker_report where cluster = $1'
    expect(await count(reports, 'paris')).toBe(20)
    // Another is not held up by it.
    const reply = { type: 'task', task: 't', failure: null }
    expect((await post('reply', { stream: randomUUID(), reply })).status).toBe(200)
    expect((await openStream(paris.token, 'paris,paris')).status).toBe(400)
  })
})

describe('a message', () => {
  it('that is too large, or does not fit, is refused', async () => {
    const text = 'x'.repeat(70 * 1024)
    expect((await post('start', { operation: text })).status).toBe(413)
    expect((await post('start', { operation: 'x', cluster: 'paris', worker: 'w' })).status).toBe(
      400,
    )
    const bad = { worker: 'w', clusters: Array(30).fill({ name: 'paris', reachable: true }) }
    expect((await post('heartbeat', bad)).status).toBe(400)
    expect((await post('nothing', {})).status).toBe(404)
    const torn = await fetch(`${gateway.url}/worker/v1/heartbeat`, {
      method: 'POST',
      headers: { authorization: `Bearer ${paris.token}`, 'content-type': 'application/json' },
      body: '{"worker":',
    })
    expect(torn.status).toBe(400)
  })

  it('that is an answer too large to be taken is told to who asked', async () => {
    const carrier = dial()
    closing.push(
      await carrier.agent.answer(['paris'], async () => ({ items: 'x'.repeat(9 * 1024 * 1024) })),
    )
    const agent = createSqlAgent({ database: ground.context.database, queue: ground.queue })
    const question = { type: 'logs', namespace: 'team-a', name: 'chat', lines: 1 } as const
    await expect(agent.ask('paris', question, 15_000)).rejects.toMatchObject({
      code: 'body-too-large',
    })
  })

  it('that is no answer to its question, or speaks of who asked, is none of the person’s', async () => {
    const carrier = dial()
    const wrong: (() => unknown)[] = [
      () => null,
      () => {
        throw new PlatformError('unauthenticated', 'Sign in.')
      },
    ]
    closing.push(await carrier.agent.answer(['paris'], async () => wrong.shift()?.()))
    const agent = createSqlAgent({ database: ground.context.database, queue: ground.queue })
    const question = { type: 'logs', namespace: 'team-a', name: 'chat', lines: 1 } as const
    const asking = () => agent.ask('paris', question, 15_000)
    await expect(asking()).rejects.toThrow('does not fit the question')
    await expect(asking()).rejects.toMatchObject({ code: 'internal', message: 'Sign in.' })
  })

  it('that answers for the stream of another credential changes nothing', async () => {
    const thief = await workerToken(ground.context.database, ['paris'])
    const stream = await openStream()
    const opened = await stream.next()
    const subject = randomUUID()
    await enqueue('paris', subject)
    let task: Task | undefined
    while (task?.subject !== subject)
      // The first message of the stream apart, these are tasks.
      task = ((await stream.next()) as unknown as { task: Task }).task
    const { id } = task
    const body = { stream: opened?.stream, reply: { type: 'task', task: id, failure: null } }
    const state = async () => {
      const [job] = await ground.context.database.query<{ state: string }>(
        'select state from pgboss.job where id = $1',
        [id],
      )
      return job?.state
    }
    expect((await post('reply', body, thief.token)).status).toBe(200)
    expect((await post('reply', body, thief.token, other.url)).status).toBe(200)
    expect(await state()).toBe('active')
    // Its own worker may speak to any gateway.
    expect((await post('reply', body, paris.token, other.url)).status).toBe(200)
    await vi.waitFor(async () => expect(await state()).toBe('completed'), soon)
  })
})

describe('a stream', () => {
  it('ends when nothing is heard of its worker, and its task goes to another', async () => {
    const silent = await openStream()
    await silent.next()
    const subject = randomUUID()
    await enqueue('paris', subject)
    const handed: unknown[] = []
    for (let one = await silent.next(); one; one = await silent.next()) handed.push(one)
    expect(handed).toContainEqual(
      expect.objectContaining({ task: expect.objectContaining({ subject }) }),
    )
    const done: string[] = []
    const carrier = dial(other.url)
    closing.push(await carrier.agent.claim(['paris'], async task => void done.push(task.subject)))
    await vi.waitFor(() => expect(done).toContain(subject), soon)
  })

  it('that breaks off stops no task: it is ended once, and reported when the gateway is back', async () => {
    const proxy = await startTcpProxy(Number(new URL(gateway.url).port))
    closing.push(proxy.stop)
    const carrier = dial(`http://127.0.0.1:${proxy.port}`)
    const { operation, id } = await deploy('paris')
    const reported: unknown[] = []
    const mayEnd = Promise.withResolvers<void>()
    const others: string[] = []
    let begun = 0
    const stop = await carrier.agent.claim(['paris'], async task => {
      if (task.subject !== operation) return void others.push(task.subject)
      const order = await carrier.hub.start(task.subject, 'paris', 'w1')
      begun += 1
      await mayEnd.promise
      if (order) reported.push(await carrier.hub.applied(order.claim))
    })
    closing.push(stop)
    await vi.waitFor(() => expect(begun).toBe(1), soon)
    proxy.cut()
    await vi.waitFor(
      () => expect(carrier.lines.join()).toContain('The gateway does not answer.'),
      soon,
    )
    proxy.restore()
    // Given back by the stream that broke off, and handed out again while its worker is still at it.
    await vi.waitFor(async () => {
      const [job] = await ground.context.database.query(
        "select state, retry_count from pgboss.job where data->>'subject' = $1",
        [operation],
      )
      expect(job).toEqual({ state: 'active', retry_count: 1 })
    }, soon)
    const later = randomUUID()
    await enqueue('paris', later)
    await vi.waitFor(() => expect(others).toContain(later), soon)
    mayEnd.resolve()
    await vi.waitFor(() => expect(reported).toEqual(['accepted']), soon)
    await vi.waitFor(async () => {
      const jobs = await ground.context.database.query<{ state: string }>(
        "select state from pgboss.job where data->>'subject' = $1",
        [operation],
      )
      expect(jobs.map(job => job.state)).toEqual(['completed'])
    }, soon)
    expect(begun).toBe(1)
    expect((await ground.story(id)).filter(name => name === 'DeploymentStarted')).toHaveLength(1)
    expect((await ground.story(id)).filter(name => name === 'DeploymentApplied')).toHaveLength(1)
  })
})
