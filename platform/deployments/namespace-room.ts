import type { Namespace } from '#api/clusters.ts'
import type { Finding } from '#api/findings.ts'
import type { Sql } from '#platform/adapters/database/database.ts'
import { PlatformError } from '#platform/errors.ts'

/** Names that are asked for anew in one namespace. */
export type Asked = {
  readonly namespace: Namespace
  readonly names: readonly string[]
  /** They join what stands in this namespace already and cannot go to another. */
  readonly bound?: boolean
}

/** Throws `quota-exceeded` where the namespace has no room for these. Who asks after it in another transaction waits for this one to end. */
export async function refuseFull(tx: Sql, asked: Asked): Promise<void> {
  const { namespace, names } = asked
  if (names.length === 0) return
  await tx.query("select pg_advisory_xact_lock(hashtextextended('room in ' || $1, 0))", [
    namespace.name,
  ])
  const [finding] = await roomFindings(tx, asked)
  if (!finding) return
  throw new PlatformError('quota-exceeded', finding.message, {
    findings: [finding],
    next: {
      en: 'Delete what is no longer needed, choose another namespace, or ask an administrator for a wider bound.',
      nl: 'Verwijder wat niet meer nodig is, kies een andere namespace, of vraag een beheerder om een ruimere grens.',
    },
  })
}

/** That a namespace may not hold so many deployments, as a finding; none where it may. One that is being deleted counts until it is gone. */
export async function roomFindings(
  sql: Sql,
  { namespace, names, bound = false }: Asked,
): Promise<Finding[]> {
  const most = namespace.bounds.deployments
  const [row] = await sql.query<{ count: number }>(
    'select count(*)::int as count from kade.deployment_name where namespace = $1 and name <> all($2)',
    [namespace.name, [...names]],
  )
  const count = row?.count ?? 0
  if (count + names.length <= most) return []
  return [
    {
      policy: 'namespace-deployments',
      severity: 'deny',
      title: {
        en: 'The namespace has room for the deployment',
        nl: 'De namespace heeft plaats voor de uitrol',
      },
      message: {
        en: `${namespace.name} may hold ${most} deployments and has ${count}; ${names.length} more would be too many.`,
        nl: `${namespace.name} mag ${most} uitrollen bevatten en heeft er ${count}; ${names.length} erbij is te veel.`,
      },
      why: {
        en: 'The quotas of a namespace in its cluster are made for so many deployments. Beyond that, parts of one would be refused by the cluster half-way.',
        nl: 'De quota van een namespace in zijn cluster zijn op dat aantal uitrollen gemaakt. Daarboven zou het cluster er halverwege delen van weigeren.',
      },
      path: '/namespace',
      fix: bound ? null : await elsewhere(sql, namespace, names),
      approver: 'admin',
    },
  ]
}

/** Another namespace of the same team and environment, on the same clusters, that has room and where these names are free. */
async function elsewhere(
  sql: Sql,
  { name, team, environment, clusters }: Namespace,
  names: readonly string[],
): Promise<Finding['fix']> {
  const [row] = await sql.query<{ name: string }>(
    `select n.name from kade.namespace n
      where n.team = $1 and n.environment = $2 and n.name <> $3
        and (select coalesce(array_agg(c->>'name'), '{}') from jsonb_array_elements(n.clusters) c
              where c->>'state' <> 'failed') @> $4::text[]
        and (select count(*) from kade.deployment_name d where d.namespace = n.name) + $5
              <= (n.bounds->>'deployments')::int
        and not exists (select from kade.deployment_name d
                         where d.namespace = n.name and d.name = any($6))
      order by n.name limit 1`,
    [team, environment, name, clusters.map(one => one.name), names.length, [...names]],
  )
  return row ? [{ op: 'replace', path: '/namespace', value: row.name }] : null
}
