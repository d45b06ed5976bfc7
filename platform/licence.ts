import licences from 'spdx-license-list'

/** What an SPDX expression comes to: `osi` in all its parts, in some, in none; or it names what SPDX does not list. */
export type LicenceVerdict = {
  readonly approved: 'all' | 'some' | 'none'
  /** Parts that are on no list: a `LicenseRef-…` is a text of the maker's own, anything else is not SPDX. */
  readonly unlisted: readonly string[]
}

/** Whether one part may be used under an OSI-approved licence; `+` and `WITH …` only add to what a licence allows. */
function isApproved(part: string): boolean {
  return listed(part)?.osiApproved === true
}

function listed(part: string) {
  const id = part.replace(/ WITH .*$/, '').replace(/\+$/, '')
  return Object.hasOwn(licences, id) ? licences[id] : undefined
}

/**
 * Reads an SPDX expression (SPDX 2.3, annex D): `OR` leaves a choice, `AND` joins. Where both stand in one expression, precedence
 * is not worked out: parts are asked of more strictly than they may have to be, so that the answer is never too kind.
 */
export function licenceVerdict(expression: string): LicenceVerdict {
  const nested = /[()]/.test(expression)
  const parts = expression.replace(/[()]/g, ' ').split(/\s+(?:AND|OR)\s+/)
  const named = parts.map(part => part.trim())
  const terms = nested
    ? named.map(isApproved)
    : expression.split(/\s+AND\s+/).map(term => term.split(/\s+OR\s+/).some(isApproved))
  return {
    approved: terms.every(Boolean) ? 'all' : terms.some(Boolean) ? 'some' : 'none',
    unlisted: named.filter(part => listed(part) === undefined),
  }
}
