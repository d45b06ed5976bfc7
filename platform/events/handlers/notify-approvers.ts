import { randomUUID } from 'node:crypto'
import type { Text } from '#api/names.ts'
import type { Notification } from '#api/notifications.ts'
import { InstallationRole } from '#api/roles.ts'
import { roleTexts } from '#platform/governance/role-texts.ts'
import type { Database, Sql } from '../../adapters/database/database.ts'
import type { Handler } from '../subscriptions.ts'
import type { StoredEvent } from '../types.ts'

type Row = { team: string; namespace: string; deployment: string; policy: string; approver: string }
type Notice = { readonly kind: Notification['kind']; readonly text: Text }

/** Tells those who can decide that something is asked, and the team what became of it. */
export function notifyApprovers(database: Database): Handler {
  return {
    name: 'notify-approvers',
    category: 'approval',
    wants: [
      'ApprovalRequested',
      'ApprovalGiven',
      'ApprovalRefused',
      'ApprovalExpired',
      'ApprovalVoided',
    ],
    handle: event => write(database, event),
  }
}

async function write(database: Database, event: StoredEvent): Promise<void> {
  const approval = event.stream.slice('approval-'.length)
  const [row] = await database.query<Row>(
    'select team, namespace, deployment, policy, approver from kade.approval where id::text = $1',
    [approval],
  )
  const notice = row && noticeOf(event, row)
  if (!notice) return
  const isAsked = event.type === 'ApprovalRequested'
  await database.query(
    `insert into kade.notification (id, team, role, event, kind, text, namespace, deployment, approval, at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) on conflict do nothing`,
    [
      randomUUID(),
      isAsked ? null : row.team,
      isAsked ? await heldRole(database, row.approver) : null,
      event.id,
      notice.kind,
      notice.text,
      row.namespace,
      row.deployment,
      approval,
      event.at,
    ],
  )
}

/** The role that was named, or the platform admin where nobody has that. */
async function heldRole(sql: Sql, approver: string): Promise<string> {
  const held = await sql.query('select from kade.account where $1 = any(roles) limit 1', [approver])
  return held.length > 0 ? approver : 'platform-admin'
}

function noticeOf(event: StoredEvent, row: Row): Notice | null {
  const name = `${row.namespace}/${row.deployment}`
  switch (event.type) {
    case 'ApprovalRequested':
      return {
        kind: 'needs-you',
        text: {
          en: `${name} asks for an exception to ${row.policy}.`,
          nl: `${name} vraagt een uitzondering op ${row.policy}.`,
        },
      }
    case 'ApprovalGiven': {
      const { en, nl } = roleTexts[InstallationRole.parse(event.data.role)]
      return {
        kind: 'ended',
        text: {
          en: `The exception to ${row.policy} for ${name} was approved by the ${en}.`,
          nl: `De uitzondering op ${row.policy} voor ${name} is goedgekeurd door de ${nl}.`,
        },
      }
    }
    case 'ApprovalRefused':
      return {
        kind: 'failed',
        text: {
          en: `The exception to ${row.policy} for ${name} was refused.`,
          nl: `De uitzondering op ${row.policy} voor ${name} is afgewezen.`,
        },
      }
    case 'ApprovalVoided':
      return {
        kind: 'failed',
        text: {
          en: `The exception to ${row.policy} for ${name} holds no more. ${event.data.why.en}`,
          nl: `De uitzondering op ${row.policy} voor ${name} geldt niet meer. ${event.data.why.nl}`,
        },
      }
    case 'ApprovalExpired':
      return event.data.was === 'given'
        ? {
            kind: 'needs-you',
            text: {
              en: `The exception to ${row.policy} for ${name} has ended. What runs is left alone; its next change is refused.`,
              nl: `De uitzondering op ${row.policy} voor ${name} is afgelopen. Wat draait blijft ongemoeid; een volgende wijziging wordt geweigerd.`,
            },
          }
        : {
            kind: 'failed',
            text: {
              en: `Nobody decided in time on the exception to ${row.policy} for ${name}.`,
              nl: `Niemand besliste op tijd over de uitzondering op ${row.policy} voor ${name}.`,
            },
          }
    default:
      return null
  }
}
