import type { QuotaScope } from '#api/quotas.ts'
import type { Sql } from '#platform/adapters/database/database.ts'
import type { Limited, Usage } from './uses.ts'

type Row = {
  own: boolean
  scope: QuotaScope
  name: string
  deployments: string
  cpu: string
  memory: string
  storage: string
  devices: Record<string, number>[] | null
}

const sums = `deployment = any($4::uuid[]) as own, count(*) as deployments, sum(cpu) as cpu, sum(memory) as memory, sum(storage) as storage,
  jsonb_agg(devices) filter (where devices <> '{}') as devices
  from kade.deployment_name where`

const everyScope = `
  select 'namespace' as scope, namespace as name, ${sums} namespace = any($1::text[]) group by namespace, own
  union all select 'team', team, ${sums} team = any($2::text[]) group by team, own
  union all select 'environment', environment, ${sums} environment = any($3::text[]) group by environment, own`

/** What is reserved in each of these scopes: by these deployments, and by all others. */
export async function readUsage(
  sql: Sql,
  scopes: readonly Pick<Limited, 'scope' | 'name'>[],
  deployments: readonly string[] = [],
): Promise<(scope: Pick<Limited, 'scope' | 'name'>, whose: 'own' | 'others') => Usage> {
  const names = (kind: QuotaScope) => scopes.filter(one => one.scope === kind).map(one => one.name)
  const rows = await sql.query<Row>(everyScope, [
    names('namespace'),
    names('team'),
    names('environment'),
    [...deployments],
  ])
  const found = new Map(
    rows.map(row => [`${row.own ? 'own' : 'others'} ${row.scope}/${row.name}`, usageOf(row)]),
  )
  return ({ scope, name }, whose) => found.get(`${whose} ${scope}/${name}`) ?? nothingUsed
}

const nothingUsed: Usage = { deployments: 0, cpu: 0, memory: 0, storage: 0, devices: {} }

function usageOf({ deployments, cpu, memory, storage, devices }: Row): Usage {
  const sum: Record<string, number> = {}
  for (const each of devices ?? [])
    for (const [name, count] of Object.entries(each)) sum[name] = (sum[name] ?? 0) + count
  return {
    deployments: Number(deployments),
    cpu: Number(cpu),
    memory: Number(memory),
    storage: Number(storage),
    devices: sum,
  }
}
