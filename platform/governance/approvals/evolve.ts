import type { EventData, NewEvent } from '#platform/events/types.ts'

export type ApprovalEvent = Extract<NewEvent, { type: `Approval${string}` }>

/** Where a request for approval stands. `given` holds until it ends, is taken back or is voided. */
export type ApprovalPhase = 'requested' | 'given' | 'refused' | 'withdrawn' | 'expired' | 'voided'

/** One request for approval, as its events tell it. */
export type ApprovalState = {
  readonly asked: EventData<'ApprovalRequested'> | null
  readonly state: ApprovalPhase
  readonly given: EventData<'ApprovalGiven'> | null
  /** How it ended, in the words of whoever ended it. */
  readonly ended: { readonly actor?: string; readonly reason?: string } | null
  /** The deployment that it was used for first, and is for from then on. */
  readonly target: string | null
}

export const noApproval: ApprovalState = {
  asked: null,
  state: 'requested',
  given: null,
  ended: null,
  target: null,
}

/** The state after an event. */
export function evolve(state: ApprovalState, event: ApprovalEvent): ApprovalState {
  switch (event.type) {
    case 'ApprovalRequested':
      return { ...state, asked: event.data }
    case 'ApprovalGiven':
      return { ...state, state: 'given', given: event.data }
    case 'ApprovalRefused':
      return { ...state, state: 'refused', ended: ending(event.data) }
    case 'ApprovalWithdrawn':
      return { ...state, state: 'withdrawn', ended: ending(event.data) }
    case 'ApprovalExpired':
      return { ...state, state: 'expired' }
    case 'ApprovalVoided':
      return { ...state, state: 'voided', ended: { reason: event.data.why.en } }
    case 'ApprovalUsed':
      return { ...state, target: state.target ?? event.data.target }
  }
}

function ending({ actor, reason }: { actor: string; reason?: string | undefined }) {
  return { actor, ...(reason === undefined ? {} : { reason }) }
}

/** Whether an event is one of these. */
export function isOfApproval<E extends NewEvent>(event: E): event is E & ApprovalEvent {
  return event.type.startsWith('Approval')
}
