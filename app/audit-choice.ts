/** What somebody chose to see of the audit; an empty text is no choice. Days are those of the reader. */
export type AuditChoice = {
  q: string
  actor: string
  action: string
  object: string
  result: string
  from: string
  to: string
}

const fields = ['q', 'actor', 'action', 'object', 'result', 'from', 'to'] as const

/** The choice that stands in an address. */
export function choiceOf(query: Readonly<Record<string, unknown>>): AuditChoice {
  const texts = fields.map(field => [field, typeof query[field] === 'string' ? query[field] : ''])
  // The entries have exactly the fields of a choice, which `fromEntries` cannot express.
  return Object.fromEntries(texts) as AuditChoice
}

/** The question that asks for it: from the first moment of one day up to the last of another. */
export function queryOf(choice: Readonly<AuditChoice>): { [K in keyof AuditChoice]?: string } {
  const from = startOf(choice.from, 0)
  const to = startOf(choice.to, 1)
  const texts = Object.entries({ ...choice, from, to }).map(
    ([key, value]) => [key, value.trim()] as const,
  )
  return Object.fromEntries(texts.filter(([, value]) => value !== ''))
}

function startOf(day: string, later: number): string {
  const [, year, month, date] = /^(\d{4})-(\d\d)-(\d\d)$/.exec(day) ?? []
  if (!year) return ''
  return new Date(Number(year), Number(month) - 1, Number(date) + later).toISOString()
}
