import type { Text } from '#api/names.ts'
import type { InstallationRole } from '#api/roles.ts'
import type { EventData } from '#platform/events/types.ts'
import type { ApprovalEvent, ApprovalState } from './evolve.ts'
import { type Decider, mayDecide } from './may-decide.ts'

/**
 * What may become of a request for approval, decided from its state alone.
 *
 *   requested ─┬─ given ─┬─ (used, as often as it holds)
 *              │         ├─ withdrawn   by who asked, or by who may decide
 *              │         ├─ voided      something else was to be done than was shown
 *              │         └─ expired     the exception has ended
 *              ├─ refused
 *              ├─ withdrawn             by who asked
 *              ├─ voided
 *              └─ expired               nobody decided in time
 *
 * A consent names the digest of what its giver saw, so that nobody consents to what they were not shown.
 */
export type ApprovalCommand =
  | { readonly type: 'request'; readonly asked: EventData<'ApprovalRequested'> }
  | {
      readonly type: 'approve'
      readonly by: Decider
      readonly shown: string
      readonly reason?: string | undefined
      readonly now: Date
    }
  | {
      readonly type: 'refuse'
      readonly by: Decider
      readonly reason: string
      readonly now: Date
    }
  | { readonly type: 'withdraw'; readonly by: Decider; readonly reason?: string | undefined }
  | { readonly type: 'expire'; readonly now: Date }
  /** It is about to be used for this content. */
  | { readonly type: 'hold'; readonly content: string; readonly why: Text }
  | {
      readonly type: 'use'
      readonly actor: string
      readonly via: Decider['via']
      readonly target: string
      readonly content: string
      readonly now: Date
    }

export type ApprovalRefusal = {
  readonly code: 'conflict' | 'forbidden' | 'stale' | 'not-found'
  readonly message: Text
  readonly next?: Text
}

export type ApprovalDecision =
  | { readonly events: readonly ApprovalEvent[] }
  | { readonly refused: ApprovalRefusal }

/** The events of a command, or why there are none. */
export function decide(command: ApprovalCommand, state: ApprovalState): ApprovalDecision {
  if (command.type === 'request')
    return state.asked
      ? refuse('conflict', { en: 'This was asked for already.', nl: 'Dit is al gevraagd.' })
      : { events: [{ type: 'ApprovalRequested', data: command.asked }] }
  const { asked } = state
  if (!asked)
    return refuse('not-found', {
      en: 'There is no such request for approval.',
      nl: 'Dit verzoek om goedkeuring is er niet.',
    })
  switch (command.type) {
    case 'approve':
    case 'refuse':
      return decision(command, state, asked)
    case 'withdraw':
      return withdraw(command, state, asked)
    case 'expire':
      return expire(state, asked, command.now)
    case 'hold':
      if (!isOpen(state) || command.content === asked.content) return { events: [] }
      return {
        events: [{ type: 'ApprovalVoided', data: { why: command.why, content: command.content } }],
      }
    case 'use':
      return use(command, state, asked)
  }
}

/** Whether it may still come to something. */
export function isOpen({ state }: Pick<ApprovalState, 'state'>): boolean {
  return state === 'requested' || state === 'given'
}

type Asked = EventData<'ApprovalRequested'>

function decision(
  command: Extract<ApprovalCommand, { type: 'approve' | 'refuse' }>,
  state: ApprovalState,
  asked: Asked,
): ApprovalDecision {
  if (state.state !== 'requested') return refuse('conflict', overAlready[state.state])
  if (command.now >= new Date(asked.expiresAt)) return refuse('conflict', overAlready.expired)
  const { by } = command
  const allowed = mayDecide(asked, by)
  if ('refused' in allowed) return { refused: { code: 'forbidden', ...allowed.refused } }
  const who: { actor: string; via: Decider['via']; role: InstallationRole } = {
    actor: by.id,
    via: by.via,
    role: allowed.role,
  }
  if (command.type === 'refuse')
    return { events: [{ type: 'ApprovalRefused', data: { ...who, reason: command.reason } }] }
  if (command.shown !== asked.shown)
    return {
      refused: {
        code: 'stale',
        message: {
          en: 'This is a consent to something else than what is asked.',
          nl: 'Dit is een goedkeuring van iets anders dan wat er wordt gevraagd.',
        },
        next: {
          en: 'Look at the request again, and send the digest that it shows.',
          nl: 'Bekijk het verzoek opnieuw en stuur de digest mee die het toont.',
        },
      },
    }
  const { reason } = command
  return {
    events: [
      {
        type: 'ApprovalGiven',
        data: {
          ...who,
          shown: asked.shown,
          alone: allowed.alone,
          ...(reason === undefined ? {} : { reason }),
        },
      },
    ],
  }
}

function withdraw(
  { by, reason }: Extract<ApprovalCommand, { type: 'withdraw' }>,
  state: ApprovalState,
  asked: Asked,
): ApprovalDecision {
  if (!isOpen(state)) return refuse('conflict', overAlready[state.state])
  const isMine = by.id === asked.actor
  // Who may decide may think better of it too; before that they refuse.
  if (!isMine && (state.state !== 'given' || 'refused' in mayDecide(asked, by)))
    return refuse('forbidden', {
      en: 'Only who asked can take it back.',
      nl: 'Alleen wie het vroeg kan het intrekken.',
    })
  const data = { actor: by.id, via: by.via, ...(reason === undefined ? {} : { reason }) }
  return { events: [{ type: 'ApprovalWithdrawn', data }] }
}

function expire(state: ApprovalState, asked: Asked, now: Date): ApprovalDecision {
  if (state.state !== 'requested' && state.state !== 'given') return { events: [] }
  const end = state.state === 'requested' ? asked.expiresAt : asked.until
  if (now < new Date(end)) return { events: [] }
  return { events: [{ type: 'ApprovalExpired', data: { was: state.state } }] }
}

function use(
  command: Extract<ApprovalCommand, { type: 'use' }>,
  state: ApprovalState,
  asked: Asked,
): ApprovalDecision {
  const { actor, via, target, content, now } = command
  const holds = state.state === 'given' && now < new Date(asked.until) && content === asked.content
  if (!holds || (state.target !== null && state.target !== target))
    return refuse('conflict', {
      en: 'The approval is for something else, or has ended.',
      nl: 'De goedkeuring is voor iets anders, of is afgelopen.',
    })
  return { events: [{ type: 'ApprovalUsed', data: { actor, via, target } }] }
}

const overAlready: Readonly<Record<ApprovalState['state'], Text>> = {
  requested: { en: 'Nobody has decided yet.', nl: 'Er is nog niet beslist.' },
  given: { en: 'It has been approved already.', nl: 'Het is al goedgekeurd.' },
  refused: { en: 'It has been refused.', nl: 'Het is afgewezen.' },
  withdrawn: { en: 'It has been taken back.', nl: 'Het is ingetrokken.' },
  expired: {
    en: 'Its time is over. Ask again.',
    nl: 'De termijn is verstreken. Vraag het opnieuw.',
  },
  voided: {
    en: 'It holds no more: something else was to be done than was shown. Ask again.',
    nl: 'Het geldt niet meer: er zou iets anders gebeuren dan is getoond. Vraag het opnieuw.',
  },
}

function refuse(code: ApprovalRefusal['code'], message: Text): ApprovalDecision {
  return { refused: { code, message } }
}
