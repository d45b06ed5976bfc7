import type { Text } from '#api/names.ts'
import type { Notification, NotificationList } from '#api/notifications.ts'
import type { Sql } from '../adapters/database/database.ts'
import { decodeCursor, toPage } from '../deployments/pages.ts'
import { PlatformError } from '../errors.ts'
import type { Actor, Platform } from '../platform.ts'

type Row = {
  id: string
  kind: Notification['kind']
  text: Text
  namespace: string | null
  deployment: string | null
  approval: string | null
  at: Date
  read: boolean
}

type Query = { limit: number; cursor?: string | undefined; unread?: boolean | undefined }

/** The part of the platform that concerns notifications. */
export function notificationFunctions(
  sql: Sql,
): Pick<Platform, 'listNotifications' | 'readNotification' | 'readAllNotifications'> {
  return {
    listNotifications: (actor, { query }) => list(sql, actor, query),
    readNotification: (actor, { params }) => markRead(sql, actor, params.notification),
    readAllNotifications: async actor => {
      await sql.query(
        `insert into kade.notification_read (account, notification)
         select $1, id from kade.notification n where ${isFor} on conflict do nothing`,
        reader(actor),
      )
      return undefined
    },
  }
}

/** For a team of the reader, or a role of theirs in the whole installation. */
const isFor = '(n.team = any($2) or n.role = any($3))'
const reader = (actor: Actor) => [actor.id, [...actor.teams], [...actor.roles]]

const readBy =
  'exists (select 1 from kade.notification_read r where r.notification = n.id and r.account = $1)'

async function list(sql: Sql, actor: Actor, query: Query): Promise<NotificationList> {
  const { limit, cursor, unread } = query
  const after = cursor === undefined ? null : decodeCursor(cursor, ['time', 'id'])
  const rows = await sql.query<Row>(
    `select n.*, ${readBy} as read from kade.notification n
      where ${isFor} ${unread ? `and not ${readBy}` : ''}
        ${after ? 'and (n.at, n.id) < ($5::timestamptz, $6::uuid)' : ''}
      order by n.at desc, n.id desc limit $4`,
    [...reader(actor), limit + 1, ...(after ?? [])],
  )
  const [count] = await sql.query<{ unread: number }>(
    `select count(*)::int as unread from kade.notification n where ${isFor} and not ${readBy}`,
    reader(actor),
  )
  const page = toPage(rows, limit, view, row => [row.at.toISOString(), row.id])
  return { ...page, unread: count?.unread ?? 0 }
}

/** Throws `not-found` alike for what is foreign and what is not there. */
async function markRead(sql: Sql, actor: Actor, id: string): Promise<undefined> {
  const [found] = await sql.query(
    `select 1 from kade.notification n where n.id::text = $1 and ${isFor}`,
    [id, ...reader(actor).slice(1)],
  )
  if (!found)
    throw new PlatformError('not-found', {
      en: 'There is no such notification.',
      nl: 'Deze melding is er niet.',
    })
  await sql.query(
    `insert into kade.notification_read (account, notification)
     select $1, id from kade.notification where id = $2 on conflict do nothing`,
    [actor.id, id],
  )
  return undefined
}

function view({ namespace, deployment, approval, at, ...row }: Row): Notification {
  const { id, kind, text, read } = row
  return {
    id,
    kind,
    text,
    ...(namespace ? { namespace } : {}),
    ...(deployment ? { deployment } : {}),
    ...(approval ? { approval } : {}),
    at: at.toISOString(),
    read,
  }
}
