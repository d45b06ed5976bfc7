import type { Text } from '#api/names.ts'
import { InstallationRole } from '#api/roles.ts'
import type { EventData } from '#platform/events/types.ts'
import type { Actor } from '../../platform.ts'
import { roleTexts } from '../role-texts.ts'

/** Who would decide, and who else could. */
export type Decider = {
  readonly id: string
  readonly via: Actor['via']
  readonly roles: readonly string[]
  /** Whether an account of the same person made what is asked for. */
  readonly isAuthor: boolean
  /** People apart from its authors whose role the approval names. */
  readonly named: number
  /** People apart from its authors who are platform admin. */
  readonly admins: number
  readonly fourEyes: FourEyes
}

/** Whether a second person is needed where there is none: then nobody may decide, or the platform admin may alone. */
export type FourEyes = 'required' | 'when-possible'

type Allowed = { readonly role: InstallationRole; readonly alone: boolean }
type Why = { readonly message: Text; readonly next?: Text }

/**
 * By which role somebody may decide on a request, or why not: the role that the policy names, or the platform admin where nobody else has
 * that role. Who asked for it or made it may not, unless nobody else at all could and four eyes are not required.
 */
export function mayDecide(
  { approver }: Pick<EventData<'ApprovalRequested'>, 'approver'>,
  by: Decider,
): Allowed | { readonly refused: Why } {
  const needed = InstallationRole.parse(approver)
  const isAdmin = by.roles.includes('platform-admin')
  if (by.isAuthor) {
    const nobodyElse = by.named + by.admins === 0
    if (nobodyElse && isAdmin && by.fourEyes === 'when-possible')
      return { role: 'platform-admin', alone: true }
    return {
      refused: {
        message: {
          en: 'You asked for this, or made what it is about, so somebody else decides.',
          nl: 'Je vroeg dit zelf, of maakte waar het over gaat; iemand anders beslist.',
        },
        next: whom(nobodyElse ? 'platform-admin' : needed),
      },
    }
  }
  if (by.roles.includes(needed)) return { role: needed, alone: false }
  if (isAdmin && by.named === 0) return { role: 'platform-admin', alone: false }
  const name = roleTexts[needed]
  return {
    refused: {
      message: {
        en: `This needs the consent of the ${name.en}.`,
        nl: `Dit vraagt de goedkeuring van de ${name.nl}.`,
      },
      next: whom(needed),
    },
  }
}

function whom(role: InstallationRole): Text {
  const name = roleTexts[role]
  return {
    en: `Ask somebody who can: ${name.en}.`,
    nl: `Vraag het iemand die het kan: ${name.nl}.`,
  }
}

/** The role that a policy means by the word it has for its approver. */
export function roleOfApprover(approver: string): InstallationRole {
  if (approver === 'security') return 'security-officer'
  if (approver === 'privacy') return 'privacy-officer'
  return 'platform-admin'
}
