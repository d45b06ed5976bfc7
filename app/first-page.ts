import type { Action } from '#api/route.ts'

/** What only some may do, and the page that begins their work. The first that holds counts. */
const pages: readonly (readonly [Action, string])[] = [
  ['deployment.create', '/dashboard'],
  ['dead-letter.change', '/operations'],
  ['approval.decide', '/approvals'],
  ['audit.read', '/audit'],
  ['deployment.read', '/dashboard'],
]

/** The page with which Kade begins for who may do this. */
export function firstPage(may: (action: Action) => boolean): string {
  return pages.find(([action]) => may(action))?.[1] ?? '/catalog'
}
