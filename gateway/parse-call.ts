import type { z } from 'zod'
import type { Text } from '#api/names.ts'
import type { Violation } from '#api/problem.ts'
import type { Route } from '#api/route.ts'
import { PlatformError } from '#platform/errors.ts'
import { escapePointer } from '#platform/escape-pointer.ts'
import { violationsOf } from '#platform/violations-of.ts'
import { isStorable } from './json-body.ts'
import { notFound } from './problems.ts'

const noBody: Text = { en: 'takes no body', nl: 'verwacht geen body' }
const holdsNul: Text = { en: 'holds U+0000', nl: 'bevat U+0000' }

export type RawCall = {
  params: unknown
  query: unknown
  body: unknown
  ifMatch: string | undefined
}
export type ParsedCall = {
  params?: unknown
  query?: unknown
  body?: unknown
  ifMatch?: string
}

/**
 * Parses what a request carries by its route. Every violation is told at once: those of the body by JSON Pointer into it,
 * those of the query as `/query/<name>`. Path parameters that no thing can have answer as what does not exist.
 */
export function parseCall(route: Route, raw: RawCall): ParsedCall {
  const violations: Violation[] = []
  const call: ParsedCall = {}
  if (route.params) {
    const params = route.params.safeParse(raw.params)
    if (!params.success) throw notFound()
    call.params = params.data
  }
  violations.push(...unstorable(raw.query))
  if (route.query) call.query = parsePart(route.query, raw.query, '/query', violations)
  else violations.push(...strangers(raw.query, '/query'))
  if (route.body) call.body = parsePart(route.body, raw.body, '', violations)
  else if (!isEmpty(raw.body)) violations.push({ pointer: '', detail: noBody })
  if (violations.length > 0) throw invalid(violations)
  if (route.conditional && raw.ifMatch !== undefined) {
    const etag = etagOf(raw.ifMatch)
    if (etag !== undefined) call.ifMatch = etag
  }
  return call
}

function parsePart(schema: z.ZodType, value: unknown, root: string, into: Violation[]): unknown {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  into.push(...violationsOf(parsed.error.issues, root))
  return undefined
}

function invalid(violations: Violation[]): PlatformError {
  const count = violations.length
  return new PlatformError(
    'request-invalid',
    {
      en: `The request is wrong in ${count === 1 ? 'one place' : `${count} places`}.`,
      nl: `Het verzoek klopt op ${count === 1 ? 'een plaats' : `${count} plaatsen`} niet.`,
    },
    { violations },
  )
}

function strangers(query: unknown, root: string): Violation[] {
  return Object.keys(query ?? {}).map(key => ({
    pointer: `${root}/${escapePointer(key)}`,
    detail: { en: 'unknown parameter', nl: 'onbekende parameter' },
  }))
}

function unstorable(query: unknown): Violation[] {
  return Object.entries(query ?? {})
    .filter(([, value]) => [value].flat().some(one => typeof one === 'string' && !isStorable(one)))
    .map(([key]) => ({ pointer: `/query/${escapePointer(key)}`, detail: holdsNul }))
}

function isEmpty(body: unknown): boolean {
  return (
    body === undefined ||
    body === null ||
    (typeof body === 'object' && !Array.isArray(body) && Object.keys(body).length === 0)
  )
}

/** The opaque part of `"…"`, `W/"…"` or a bare etag; `*` asks for nothing in particular. */
function etagOf(header: string): string | undefined {
  const value = header.trim()
  if (value === '*' || value === '') return undefined
  return value.replace(/^W\//, '').replace(/^"(.*)"$/, '$1')
}
