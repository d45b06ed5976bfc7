import type { Text } from '#api/names.ts'
import type { Notification } from '#api/notifications.ts'
import type { Place } from '../events/places.ts'
import type { EventName, StoredEvent } from '../events/types.ts'

export type Notice = { readonly kind: Notification['kind']; readonly text: Text }

/** Events of which the people of a team may hear, by category. */
export const noticed = {
  deployment: [
    'DeploymentCompleted',
    'DeploymentFailed',
    'DeploymentRolledBack',
    'DeploymentDeleted',
  ],
  webhook: ['WebhookDisabled'],
} as const satisfies Readonly<Record<string, readonly EventName[]>>

type Words = Readonly<Record<string, readonly [en: string, nl: string]>>

const did: Words = {
  create: ['runs', 'draait'],
  update: ['is changed', 'is gewijzigd'],
  restart: ['is restarted', 'is herstart'],
  rollback: ['is back at an earlier revision', 'is terug op een eerdere revisie'],
}
const failed: Words = {
  create: ['could not be deployed', 'kon niet worden uitgerold'],
  update: ['could not be changed', 'kon niet worden gewijzigd'],
  restart: ['could not be restarted', 'kon niet worden herstart'],
  rollback: ['could not go back', 'kon niet terug'],
  delete: ['could not be deleted', 'kon niet worden verwijderd'],
}

/** What there is to tell of an event; null where it says nothing that a person waits for. */
export function noticeOf(event: StoredEvent, place: Place): Notice | null {
  const name = `${place.namespace}/${place.deployment}`
  const said = ([en, nl]: readonly [string, string]): Text => ({
    en: `${name} ${en}.`,
    nl: `${name} ${nl}.`,
  })
  switch (event.type) {
    case 'DeploymentCompleted': {
      const words = did[event.data.kind]
      // A delete is told when it is gone.
      return words ? { kind: 'ended', text: said(words) } : null
    }
    case 'DeploymentDeleted':
      return { kind: 'ended', text: said(['is deleted', 'is verwijderd']) }
    case 'DeploymentRolledBack':
      return event.data.automatic
        ? {
            kind: 'ended',
            text: said([
              `went back to revision ${event.data.to} by itself`,
              `ging vanzelf terug naar revisie ${event.data.to}`,
            ]),
          }
        : null
    case 'DeploymentFailed':
      return ofFailure(name, event.data)
    case 'WebhookDisabled':
      return {
        kind: 'needs-you',
        text: {
          en: `Webhook ${event.data.name} is disabled. ${event.data.reason.en}`,
          nl: `Webhook ${event.data.name} is uitgezet. ${event.data.reason.nl}`,
        },
      }
    default:
      return null
  }
}

function ofFailure(
  name: string,
  { kind, cause, asks }: Extract<StoredEvent, { type: 'DeploymentFailed' }>['data'],
): Notice {
  if (asks)
    return {
      kind: 'needs-you',
      text: {
        en: `${name} needs your consent before it goes on.`,
        nl: `${name} heeft je toestemming nodig om verder te gaan.`,
      },
    }
  const [en, nl] = failed[kind] ?? ['failed', 'is mislukt']
  return {
    kind: 'failed',
    text: {
      en: `${name} ${en}: ${cause.message.en}`,
      nl: `${name} ${nl}: ${cause.message.nl}`,
    },
  }
}
