/**
 * Shows a person a secret that is meant for a person: the first password of an app that made its administrator by itself. The
 * module says which these are; every other value never leaves. The event is written in the transaction that reads the value,
 * so that nobody sees one without a trace. No cluster is asked.
 */
import type { Text } from '#api/names.ts'
import type { DeploymentSecret, RevealedSecret } from '#api/secrets.ts'
import type { AppData, SecretSpec } from '#kit/app.ts'
import { userNameOf } from '#kit/secrets.ts'
import type { Sql } from '#platform/adapters/database/database.ts'
import { isUnusable } from '#platform/added-apps/unusable-app.ts'
import { lookUpApp, type PlatformContext } from '#platform/context.ts'
import { PlatformError } from '#platform/errors.ts'
import { may } from '#platform/governance/may.ts'
import type { Actor } from '#platform/platform.ts'
import { readBlob } from './blobs.ts'
import type { DeploymentKey } from './find.ts'
import { noSuchDeployment } from './no-such-deployment.ts'
import { change, unwrap } from './stream.ts'

/** The secrets of a deployment by name; the applied revision says which are in use, before there is one the wanted one. */
export async function listSecrets(
  context: PlatformContext,
  actor: Actor,
  key: DeploymentKey,
): Promise<DeploymentSecret[]> {
  const { app, settings, objects } = await look(context, context.database, actor, key)
  const used = secretKeys(await readBlob(context.database, objects))
  return app.secrets.map(({ name, kind, title, description, revealed }) => {
    const userName = revealed && userNameOf(revealed, settings)
    const { purpose } = revealed ?? {}
    return {
      name,
      kind,
      title,
      ...(description ? { description } : {}),
      inUse: used.has(name),
      ...(purpose ? { revealed: { purpose, ...(userName ? { userName } : {}) } } : {}),
    }
  })
}

/**
 * The value of a secret in the applied revision. Throws `not-found` for what the actor may not see, `forbidden` for a value
 * that is not meant for people, and `conflict` before anything was applied.
 */
export async function revealSecret(
  context: PlatformContext,
  actor: Actor,
  key: DeploymentKey,
  secret: string,
): Promise<RevealedSecret> {
  return context.database.transaction(async tx => {
    const { id, team, app, applied, secretVersion } = await look(context, tx, actor, key)
    if (!may(actor, 'secret.reveal', { team })) throw noSuchDeployment(key)
    const title = purposeOf(app, secret)
    if (applied === null)
      throw new PlatformError(
        'conflict',
        {
          en: 'Nothing of this deployment has been applied yet.',
          nl: 'Van deze uitrol is nog niets toegepast.',
        },
        {
          next: {
            en: 'Wait until its first operation has been applied, then ask again.',
            nl: 'Wacht tot de eerste bewerking is toegepast en vraag het dan opnieuw.',
          },
        },
      )
    // An app may have got its first secret after this revision: then there is no version to read.
    const values = secretVersion > 0 ? await context.secrets.read(tx, id, secretVersion) : {}
    const value = values[secret]
    if (value === undefined)
      throw new PlatformError(
        'not-found',
        {
          en: `Revision ${applied} has no secret ${secret}.`,
          nl: `Revisie ${applied} heeft geen geheim ${secret}.`,
        },
        {
          next: {
            en: 'Update the deployment: the app got this secret in a later version.',
            nl: 'Wijzig de uitrol: de app kreeg dit geheim in een latere versie.',
          },
        },
      )
    const revealed = { secret, revision: applied, actor: actor.id, via: actor.via }
    unwrap(await change(context, tx, id, () => ({ type: 'reveal', revealed })))
    return { name: secret, value, title }
  })
}

type Found = {
  readonly id: string
  readonly team: string
  readonly applied: number | null
  readonly secretVersion: number
  readonly settings: Record<string, unknown>
  /** Digest of the rendered objects. */
  readonly objects: string
}

async function look(
  context: PlatformContext,
  sql: Sql,
  actor: Actor,
  key: DeploymentKey,
): Promise<Found & { readonly app: AppData }> {
  const [row] = await sql.query<Found & { app: string }>(
    `select d.id, d.team, d.app, (d.applied->>'revision')::int as applied,
        (r.data->>'secretVersion')::int as "secretVersion", r.data->'settings' as settings, r.objects_digest as objects
       from kade.deployment d
       join kade.revision r
         on r.deployment = d.id and r.number = coalesce((d.applied->>'revision')::int, d.revision)
      where d.namespace = $1 and d.name = $2 and d.team = any($3)`,
    [key.namespace, key.name, [...actor.teams]],
  )
  if (!row) throw noSuchDeployment(key)
  const entry = await lookUpApp(context, row.app, sql)
  if (!entry) throw leftShelf(row.app)
  if ('reason' in entry) throw isUnusable(entry)
  return { ...row, app: entry.app }
}

/** Nobody asked for an app here, so there is none to choose. */
function leftShelf(app: string): PlatformError {
  return new PlatformError(
    'app-unknown',
    {
      en: `The catalogue no longer has the app ${app}, which says what its secrets are.`,
      nl: `De catalogus heeft de app ${app} niet meer, die zegt wat zijn geheimen zijn.`,
    },
    {
      next: {
        en: 'Ask the people who run the platform to put it back.',
        nl: 'Vraag de mensen die het platform beheren om hem terug te zetten.',
      },
    },
  )
}

/** What the value is to a person. Throws where it is not for one. */
function purposeOf(app: AppData, secret: string) {
  const spec = app.secrets.find(one => one.name === secret)
  if (!spec)
    throw new PlatformError(
      'not-found',
      {
        en: `${app.name} has no secret ${secret}.`,
        nl: `${app.name} heeft geen geheim ${secret}.`,
      },
      {
        next: {
          en: 'List its secrets, and choose one that can be shown.',
          nl: 'Bekijk de lijst van zijn geheimen en kies er een die getoond kan worden.',
        },
      },
    )
  if (spec.kind === 'generated' && spec.revealed) return spec.revealed.purpose
  throw new PlatformError(
    'forbidden',
    {
      en: `The secret ${secret} is never shown: ${reasons[spec.kind].en}`,
      nl: `Het geheim ${secret} wordt nooit getoond: ${reasons[spec.kind].nl}`,
    },
    {
      next: nexts[spec.kind],
    },
  )
}

const reasons: Readonly<Record<SecretSpec['kind'], Text>> = {
  generated: { en: 'it is for the app alone.', nl: 'het is alleen voor de app.' },
  provided: {
    en: 'somebody gave it, and Kade does not give it back.',
    nl: 'iemand heeft het opgegeven, en Kade geeft het niet terug.',
  },
  bound: {
    en: 'it belongs to what the app is bound to.',
    nl: 'het hoort bij waar de app aan gekoppeld is.',
  },
}

const nexts: Readonly<Record<SecretSpec['kind'], Text>> = {
  generated: {
    en: 'Nobody needs it to use the app. List the secrets to see which can be shown.',
    nl: 'Niemand heeft het nodig om de app te gebruiken. Bekijk de lijst om te zien welke getoond kunnen worden.',
  },
  provided: {
    en: 'Look it up where you keep your passwords, or update the deployment with a new one.',
    nl: 'Zoek het op waar je je wachtwoorden bewaart, of wijzig de uitrol met een nieuw.',
  },
  bound: {
    en: 'Ask the team of what it is bound to.',
    nl: 'Vraag het team van waar hij aan gekoppeld is.',
  },
}

/** The keys of every `secretKeyRef` in rendered objects. */
function secretKeys(value: unknown, found = new Set<string>()): Set<string> {
  if (typeof value !== 'object' || value === null) return found
  for (const [field, inner] of Object.entries(value)) {
    if (field === 'secretKeyRef' && typeof inner?.key === 'string') found.add(inner.key)
    else secretKeys(inner, found)
  }
  return found
}
