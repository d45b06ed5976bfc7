import { KubeError } from './kube-api.ts'

type Status = {
  readonly code?: number
  readonly reason?: string
  readonly message?: string
  readonly details?: {
    readonly kind?: string
    readonly causes?: KubeError['causes']
    readonly retryAfterSeconds?: number
  }
}

/** Of a longer message the middle goes: it begins with the field, dumps the whole object, and ends with what is wrong. */
const longestMessage = 4_000
const longestEnd = 1_000
const cut = '[cut]'
/**
 * Seen on 1.36: a server-side apply whose fields do not fit the kind (unknown field, wrong type, broken base64) is answered
 * 500 without a reason. It is the caller's mistake and no retry helps, so here it becomes the 422 that every other write gets.
 */
const notThisKind = /^failed to (?:create typed patch object|convert new object) /

/** The error of an answer that is no success. `hidden` are values that may not appear in it (`secretValues`). */
export function errorOf(
  code: number,
  body: string,
  options: {
    readonly retryAfter?: number | undefined
    readonly hidden?: readonly string[] | null
  } = {},
): KubeError {
  const status = parseStatus(body)
  const hide = (text: string) => shortened(withoutValues(text, options.hidden ?? null))
  const retryAfter = options.retryAfter ?? status.details?.retryAfterSeconds
  const message = status.message ?? `HTTP ${code}`
  const misfit = code === 500 && notThisKind.test(message)
  const reason = misfit ? 'Invalid' : status.reason
  return new KubeError({
    code: misfit ? 422 : (status.code ?? code),
    ...(reason !== undefined && { reason }),
    message: hide(message),
    causes: (status.details?.causes ?? []).map(cause => ({
      ...cause,
      ...(cause.message !== undefined && { message: hide(cause.message) }),
    })),
    ...(status.details?.kind !== undefined && { kind: status.details.kind }),
    ...(retryAfter !== undefined && { retryAfter }),
  })
}

function shortened(text: string): string {
  if (text.length <= longestMessage) return text
  const begin = text.slice(0, longestMessage - longestEnd - cut.length)
  return `${begin}${cut}${text.slice(-longestEnd)}`
}

function parseStatus(body: string): Status {
  try {
    const parsed: unknown = JSON.parse(body)
    if (typeof parsed === 'object' && parsed !== null && 'kind' in parsed) {
      // An API server answers errors with kind Status; anything else is left to the HTTP code.
      if (parsed.kind === 'Status') return parsed as Status
    }
  } catch {
    // A proxy or the Go HTTP server answers in plain text.
  }
  return body.trim() === '' ? {} : { message: body.trim().slice(0, 300) }
}

/** Every value that a Secret in a request body holds, in each form the server might echo; null when it holds no Secret. */
export function secretValues(body: unknown, path: string): readonly string[] | null {
  const aboutSecrets = /\/secrets(\/|\?|$)/.test(path)
  if (!aboutSecrets && !(isRecord(body) && body.kind === 'Secret')) return null
  const values = new Set<string>()
  const parts = Array.isArray(body)
    ? body.map(operation => (isRecord(operation) ? operation.value : undefined))
    : isRecord(body)
      ? [body.data, body.stringData]
      : []
  for (const part of parts) collect(part, values)
  return [...values].toSorted((a, b) => b.length - a.length)
}

function collect(value: unknown, into: Set<string>): void {
  if (isRecord(value) || Array.isArray(value)) {
    for (const inner of Object.values(value)) collect(inner, into)
    return
  }
  if (typeof value !== 'string' && typeof value !== 'number') return
  const text = String(value)
  for (const form of [
    text,
    Buffer.from(text, 'base64').toString('utf8'),
    Buffer.from(text).toString('base64'),
  ]) {
    if (form.length < 4) continue
    into.add(form)
    into.add(JSON.stringify(form).slice(1, -1))
  }
}

/** What follows `Invalid value:` or stands in Go's dump of a value is cut as well: it may be a value's truncated form. */
function withoutValues(text: string, hidden: readonly string[] | null): string {
  if (hidden === null) return text
  let clean = text
  for (const value of hidden) clean = clean.replaceAll(value, cut)
  return clean
    .replaceAll(/Invalid value: (?:"(?:[^"\\]|\\.)*"|[^:]*)/g, `Invalid value: ${cut}`)
    .replaceAll(/valueUnstructured\{Value:.*?\}/gs, `valueUnstructured{${cut}}`)
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
