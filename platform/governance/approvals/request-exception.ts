import { randomUUID } from 'node:crypto'
import type { RequestApproval, Shown } from '#api/approvals.ts'
import type { Text } from '#api/names.ts'
import type { Sql } from '#platform/adapters/database/database.ts'
import type { PlatformContext } from '#platform/context.ts'
import { putBlobs } from '#platform/deployments/blobs.ts'
import { lookAhead } from '#platform/deployments/preview.ts'
import { PlatformError } from '#platform/errors.ts'
import type { Actor } from '#platform/platform.ts'
import { digestOfContent } from './content.ts'
import { whyNoException } from './exceptions.ts'
import { roleOfApprover } from './may-decide.ts'
import { withoutSecrets } from './shown.ts'
import { change } from './stream.ts'

const DAY_MS = 86_400_000
const usualDays = 90
const mostDays = 366
/** Days for somebody to decide. */
const decideWithin = 7
/** Requests of one deployment that may wait at once: an inbox is no place to fill. */
const mostOpen = 10

/** Asks for an exception to a policy for exactly what would be done; answers the id of the request. */
export async function requestException(
  context: PlatformContext,
  actor: Actor,
  asked: RequestApproval,
): Promise<string> {
  const now = context.clock()
  const until = endOf(asked.until, now)
  const { deployment: input, policy, reason } = asked
  const { preview, made, namespace } = await lookAhead(context, actor, input)
  if (!namespace || preview.violations.length > 0)
    throw new PlatformError(
      'settings-invalid',
      {
        en: 'What cannot be done cannot be excepted either: correct the values that are named first.',
        nl: 'Voor wat niet kan is ook geen uitzondering mogelijk: verbeter eerst de genoemde waarden.',
      },
      { violations: [...preview.violations], findings: [...preview.findings] },
    )
  const found = preview.findings.filter(one => one.policy === policy && one.severity === 'deny')
  const [finding] = found
  const why = whyNoException(policy) ?? (finding?.exception ? undefined : notDenied(policy))
  if (!finding || why)
    throw new PlatformError('conflict', why ?? notDenied(policy), {
      findings: [...preview.findings],
    })
  const { excepting } = made
  const content = digestOfContent({ ...excepting, policy })
  const what: Shown = {
    kind: 'exception',
    request: withoutSecrets(input),
    target: {
      app: input.app,
      version: made.revision.version,
      namespace: namespace.name,
      name: input.name,
      team: namespace.team,
      environment: namespace.environment,
      clusters: [...excepting.clusters],
    },
    policy,
    findings: [...preview.findings],
    changes: [...preview.changes],
    resources: preview.resources,
    reason,
    until: until.toISOString(),
    requestedBy: actor.id,
    bundle: excepting.bundle,
    content,
  }
  const id = randomUUID()
  await context.database.transaction(async tx => {
    await refuseMany(tx, what.target)
    const [shown = ''] = await putBlobs(tx, [what])
    const { team, name: deployment } = what.target
    await change(context, tx, id, {
      type: 'request',
      asked: {
        kind: 'exception',
        actor: actor.id,
        via: actor.via,
        ...{ team, namespace: namespace.name, deployment, policy, shown, content, reason },
        approver: roleOfApprover(finding.approver),
        until: what.until,
        expiresAt: new Date(
          Math.min(now.getTime() + decideWithin * DAY_MS, until.getTime()),
        ).toISOString(),
        authors: [...new Set([actor.id, ...(await makersOf(tx, what.target))])],
      },
    })
  })
  return id
}

/** Who asked for a revision of the living deployment: what runs there is of their making too. */
async function makersOf(
  tx: Sql,
  { namespace, name }: { namespace: string; name: string },
): Promise<string[]> {
  const rows = await tx.query<{ actor: string }>(
    `select distinct r.actor from kade.revision r join kade.deployment d on d.id = r.deployment
      where d.namespace = $1 and d.name = $2 order by r.actor`,
    [namespace, name],
  )
  return rows.map(({ actor }) => actor)
}

/** The last moment of the day that was named. Throws `request-invalid` for one that has passed or is too far away. */
function endOf(day: string | undefined, now: Date): Date {
  if (day === undefined) return new Date(now.getTime() + usualDays * DAY_MS)
  const end = new Date(`${day}T23:59:59.999Z`)
  const days = (end.getTime() - now.getTime()) / DAY_MS
  if (days > 0 && days <= mostDays) return end
  throw new PlatformError(
    'request-invalid',
    {
      en: 'An exception lasts until a day to come, and for a year at most.',
      nl: 'Een uitzondering duurt tot een dag die nog komt, en hoogstens een jaar.',
    },
    {
      violations: [
        {
          pointer: '/until',
          detail: { en: 'has passed or is too far away', nl: 'is voorbij of te ver weg' },
        },
      ],
    },
  )
}

async function refuseMany(
  tx: Sql,
  { namespace, name }: { namespace: string; name: string },
): Promise<void> {
  const open = await tx.query(
    `select from kade.approval where namespace = $1 and deployment = $2 and state = 'requested'`,
    [namespace, name],
  )
  if (open.length < mostOpen) return
  throw new PlatformError(
    'quota-exceeded',
    {
      en: `${mostOpen} requests for ${namespace}/${name} wait for a decision already.`,
      nl: `Er wachten al ${mostOpen} verzoeken voor ${namespace}/${name} op een beslissing.`,
    },
    {
      next: {
        en: 'Wait for them, or withdraw those you no longer need.',
        nl: 'Wacht daarop, of trek in wat je niet meer nodig hebt.',
      },
    },
  )
}

function notDenied(policy: string): Text {
  return {
    en: `${policy} does not stand in the way of this, so there is nothing to except.`,
    nl: `${policy} staat dit niet in de weg, dus er valt niets uit te zonderen.`,
  }
}
