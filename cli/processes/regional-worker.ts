import { randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { createOutgoing } from '#platform/adapters/outgoing/create-outgoing.ts'
import { loadOpaPolicyEngine } from '#platform/adapters/policy/opa-wasm.ts'
import { PlatformError } from '#platform/errors.ts'
import { createHttpsCarrier } from '#platform/federation/carriers/https.ts'
import { createWorker } from '#platform/orchestration/worker.ts'
import { HubUnreachable } from '#platform/orchestration/worker-hub.ts'
import { plannedClusters } from './clusters.ts'
import { readGatewayAddress } from './gateway-address.ts'
import { joinPlanned } from './join-planned.ts'
import { closable, type Report, terminalReport } from './report.ts'
import type { Settings } from './settings.ts'
import { stack } from './stack.ts'

export type GatewayFlags = {
  readonly url: string
  readonly tokenFile: string
  readonly caFile?: string | undefined
}

/** Connections to the gateway at a time: two streams for each cluster, and calls beside them. */
const CONNECTIONS = 64
/** Milliseconds before a gateway that failed five times in a row is tried again; the carrier has pauses of its own. */
const REST_MS = 1_000

/** `kade worker --gateway`: serves clusters from another region, without a database. It dials out, and listens to nothing. */
export async function regionalWorker(
  settings: Settings,
  { url, tokenFile, caFile }: GatewayFlags,
  report: Report = terminalReport(),
) {
  const gateway = readGatewayAddress(url)
  const token = () => readToken(tokenFile)
  await token()
  const authorities = caFile === undefined ? undefined : await readText(caFile, '--ca-file')
  return stack(report, async stops => {
    const planned = await plannedClusters(settings)
    stops.push(async () => {
      await Promise.all(planned.map(cluster => cluster.stop()))
    })
    const policy = await loadOpaPolicyEngine()
    stops.push(() => policy.close())
    const outgoing = createOutgoing({
      allowed: gateway.allowed,
      restMs: REST_MS,
      connections: CONNECTIONS,
      ...(authorities === undefined ? {} : { authorities }),
    })
    stops.push(() => outgoing.close())
    const id = `${hostname()}-${randomUUID().slice(0, 8)}`
    const { agent, hub, registrar, ...carrier } = createHttpsCarrier({
      outgoing,
      gateway: gateway.url,
      token,
      worker: id,
      log: report.problem,
    })
    // That the gateway is away is told once, by the carrier.
    const log = (message: string, error?: unknown) => {
      if (!(error instanceof HubUnreachable)) report.problem(message, error)
    }
    stops.push(() => carrier.close())
    const serving = createWorker({ id, hub, agent, policy, log, isAway: carrier.isAway })
    stops.push(() => serving.stop())
    const { report: starting, close } = closable(report)
    stops.push(async () => close())
    const ready = Promise.all(
      planned.map(one => joinPlanned(settings, registrar, serving, one, starting)),
    ).then(() =>
      starting.line(`Worker ${id} serves ${planned.map(one => one.spec.name).join(', ')}.`),
    )
    return { id, ready }
  })
}

async function readToken(file: string): Promise<string> {
  const token = (await readText(file, '--token-file')).trim()
  if (/^kade_worker_[\w-]{43}$/.test(token)) return token
  throw new PlatformError(
    'request-invalid',
    `--token-file names ${file}, which holds no token of a worker.`,
    {
      next: 'Make one with kade worker-credentials create, and write it to the file.',
    },
  )
}

async function readText(file: string, flag: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (cause) {
    throw new PlatformError('request-invalid', `${flag} names ${file}, which cannot be read.`, {
      next: 'Give the path of a file that you can read.',
      cause,
    })
  }
}
