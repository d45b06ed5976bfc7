import type { DeploymentInput } from '#api/deployments.ts'
import type { Violation } from '#api/problem.ts'
import type { AppData, SettingsResult } from '#kit/app.ts'
import { looksSecret } from '#kit/secret-words.ts'
import type { Sql } from '#platform/adapters/database/database.ts'
import type { DraftRequest } from './draft.ts'

/** What the app's own schema says of its settings. */
export function settingViolations(parsed: SettingsResult): Violation[] {
  if (parsed.ok) return []
  return parsed.violations.map(one => ({ ...one, pointer: `/settings${one.pointer}` }))
}

/** Two deployments under one host name would take each other's visitors. Who asks for a host waits for who asked before. */
export async function hostViolations(sql: Sql, request: DraftRequest): Promise<Violation[]> {
  const host = request.configuration.ingress?.host
  if (host === undefined) return []
  await sql.query("select pg_advisory_xact_lock(hashtextextended('host ' || $1, 0))", [host])
  const taken = await sql.query(
    "select 1 from kade.deployment where desired->'ingress'->>'host' = $1 and id <> $2 limit 1",
    [host, request.deployment],
  )
  if (taken.length === 0) return []
  return [
    {
      pointer: '/ingress/host',
      detail: {
        en: 'is the address of another deployment',
        nl: 'is het adres van een andere uitrol',
      },
    },
  ]
}

/** What cannot be, whatever the settings are. */
export function fieldViolations(app: AppData, input: DeploymentInput): Violation[] {
  const found: Violation[] = []
  if ((input.replicas ?? 1) > app.maxReplicas)
    found.push({
      pointer: '/replicas',
      detail: {
        en: `${app.name} keeps its data on one volume, so it has at most ${app.maxReplicas}`,
        nl: `${app.name} bewaart zijn gegevens op één volume en heeft er dus hoogstens ${app.maxReplicas}`,
      },
    })
  if (input.ingress && app.network.expose === null)
    found.push({
      pointer: '/ingress',
      detail: {
        en: `${app.name} has nothing to show outside the cluster`,
        nl: `${app.name} heeft buiten het cluster niets te tonen`,
      },
    })
  if (input.version !== undefined && input.version !== app.version)
    found.push({
      pointer: '/version',
      detail: {
        en: `the catalogue holds version ${app.version}`,
        nl: `de catalogus bevat versie ${app.version}`,
      },
    })
  for (const [name, value] of Object.entries(input.env ?? {}))
    if (looksSecret(name, value))
      found.push({
        pointer: `/env/${name}`,
        detail: {
          en: 'looks like a secret; make it a secret, because env is shown in plain',
          nl: 'lijkt een geheim; maak er een geheim van, want env is leesbaar voor iedereen',
        },
      })
  return found
}
