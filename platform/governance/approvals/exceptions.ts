import type { Finding } from '#api/findings.ts'
import type { Text } from '#api/names.ts'
import { InstallationRole } from '#api/roles.ts'
import type { Sql } from '#platform/adapters/database/database.ts'
import type { PlatformContext } from '#platform/context.ts'
import type { Actor } from '#platform/platform.ts'
import { roleTexts } from '../role-texts.ts'
import { type Content, digestOfContent } from './content.ts'
import { change } from './stream.ts'

/** An exception that holds for what is about to be done. */
export type Exception = {
  readonly approval: string
  readonly policy: string
  readonly content: string
}

type Given = {
  id: string
  policy: string
  content: string
  until: Date
  decided_as: string
}

/** What is asked of the exceptions: the content but for its policy, which each finding names. */
export type Excepting = Omit<Content, 'policy'>

const clusterHolds: Text = {
  en: 'The cluster itself holds to this, whatever Kade lets through. It can only be put right.',
  nl: 'Het cluster zelf houdt hieraan vast, wat Kade ook doorlaat. Het kan alleen worden hersteld.',
}

/** Policies to which there is no exception, each with the reason. */
const withoutException: Readonly<Record<string, Text>> = {
  'policy-error': {
    en: 'What was not judged cannot be excepted.',
    nl: 'Van wat niet is beoordeeld kan geen uitzondering worden gemaakt.',
  },
  'namespace-exists': {
    en: 'There is nothing to deploy into.',
    nl: 'Er is niets om in uit te rollen.',
  },
  'restricted-container': clusterHolds,
  'cluster-untouched': clusterHolds,
  'resource-bounds': {
    en: 'The quota of the namespace holds in the cluster too. Ask the platform team for larger bounds.',
    nl: 'Het quotum van de namespace geldt ook in het cluster. Vraag het platformteam om ruimere grenzen.',
  },
}

/** Why there is no exception to a policy; undefined where one can be asked for. */
export function whyNoException(policy: string): Text | undefined {
  return Object.hasOwn(withoutException, policy) ? withoutException[policy] : undefined
}

/**
 * Findings in the light of the exceptions that were given: what denies and is excepted warns, until when and by whom; of the rest it says
 * whether an exception can be asked for. Only exactly what was shown is excepted.
 */
export async function withExceptions(
  context: Pick<PlatformContext, 'clock'>,
  sql: Sql,
  of: Excepting,
  findings: readonly Finding[],
): Promise<{ findings: readonly Finding[]; exceptions: readonly Exception[] }> {
  const denying = findings.filter(one => one.severity === 'deny')
  if (denying.length === 0) return { findings, exceptions: [] }
  const holding = await findExceptions(context, sql, of)
  return {
    findings: findings.map(finding => inLightOf(finding, holding)),
    exceptions: holding
      .filter(one => denying.some(({ policy }) => policy === one.policy))
      .map(({ id: approval, policy, content }) => ({ approval, policy, content })),
  }
}

/** The exceptions that were given for exactly this and have not ended. */
export async function findExceptions(
  { clock }: Pick<PlatformContext, 'clock'>,
  sql: Sql,
  of: Excepting,
): Promise<readonly Given[]> {
  const given = await sql.query<Given>(
    `select id, policy, content, until, decided_as from kade.approval
      where namespace = $1 and deployment = $2 and state = 'given' and until > $3 and (target is null or target = $4)
      order by until desc`,
    [of.namespace, of.name, clock(), of.deployment],
  )
  return given.filter(
    one =>
      whyNoException(one.policy) === undefined &&
      digestOfContent({ ...of, policy: one.policy }) === one.content,
  )
}

/** Tells each exception that a change was asked for on its strength; from then on it is for this deployment alone. */
export async function useExceptions(
  context: Pick<PlatformContext, 'clock'>,
  tx: Sql,
  actor: Pick<Actor, 'id' | 'via'>,
  target: string,
  exceptions: readonly Exception[],
): Promise<void> {
  const now = context.clock()
  for (const { approval, content } of exceptions)
    await change(context, tx, approval, {
      type: 'use',
      actor: actor.id,
      via: actor.via,
      target,
      content,
      now,
    })
}

function inLightOf(finding: Finding, holding: readonly Given[]): Finding {
  if (finding.severity !== 'deny') return finding
  const why = whyNoException(finding.policy)
  if (why) return { ...finding, exception: { state: 'impossible', why } }
  const given = holding.find(({ policy }) => policy === finding.policy)
  if (!given) return { ...finding, exception: { state: 'possible' } }
  const role = InstallationRole.parse(given.decided_as)
  const day = given.until.toISOString().slice(0, 10)
  const { en, nl } = roleTexts[role]
  return {
    ...finding,
    severity: 'warn',
    message: {
      en: `${finding.message.en} Excepted until ${day} by the ${en}.`,
      nl: `${finding.message.nl} Uitgezonderd tot ${day} door de ${nl}.`,
    },
    exception: { state: 'given', approval: given.id, until: given.until.toISOString(), by: role },
  }
}
