import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Text } from '#api/names.ts'
import { type Problem, problemStatus } from '#api/problem.ts'
import { PlatformError } from '#platform/errors.ts'
import { problemTexts } from './problem-texts.ts'

export type Language = keyof Text

/** The language a request asks for by `Accept-Language`: Dutch where that comes before English, else English. */
export function languageOf(header: string | undefined): Language {
  const wanted = (header ?? '')
    .split(',')
    .map(part => {
      const [tag = '', ...parameters] = part.trim().toLowerCase().split(';')
      const quality = parameters.map(one => /^\s*q=([\d.]+)$/.exec(one)?.[1]).find(Boolean)
      return { language: tag.split('-')[0], quality: Number(quality ?? 1) }
    })
    .filter(one => (one.language === 'nl' || one.language === 'en') && one.quality > 0)
    .toSorted((a, b) => b.quality - a.quality)
  return wanted[0]?.language === 'nl' ? 'nl' : 'en'
}

/** RFC 9457 details of an error; what is not a `PlatformError` must have been turned into one before. */
export function problemOf(error: PlatformError, language: Language, instance?: string): Problem {
  const { code, details, text: said } = error
  const text = problemTexts[code]
  return {
    type: `https://kade.dev/problems/${code}`,
    title: text.title[language],
    status: problemStatus[code],
    code,
    detail: said[language],
    next: nextOf(details.next, text.next)[language],
    ...(instance ? { instance } : {}),
    ...(details.violations ? { violations: details.violations } : {}),
    ...(details.findings ? { findings: details.findings } : {}),
  }
}

/** An error's own advice is better than that of its code, where it is in the reader's language. */
function nextOf(own: string | Text | undefined, general: Text): Text {
  return typeof own === 'string' ? { en: own, nl: general.nl } : (own ?? general)
}

/** Answers with a problem, in the language that the request asks for. `instance` is the request id, by which the log line is found. */
export function sendProblem(
  request: FastifyRequest,
  reply: FastifyReply,
  error: PlatformError,
): FastifyReply {
  const language = languageOf(request.headers['accept-language'])
  const problem = problemOf(error, language, `urn:uuid:${request.id}`)
  reply.header('content-language', language).header('vary', 'Accept-Language')
  if (error.details.retryAfter !== undefined)
    reply.header('retry-after', Math.max(1, Math.ceil(error.details.retryAfter)))
  if (error.code === 'unauthenticated') reply.header('www-authenticate', 'Bearer realm="kade"')
  // As bytes: to a string Fastify would add a charset, which this media type does not have.
  return reply
    .code(problem.status)
    .type('application/problem+json')
    .send(Buffer.from(JSON.stringify(problem)))
}

/** Thrown wherever a thing is not there, or may not be seen: the two look the same. */
export function notFound(what = 'Nothing was found at this address.'): PlatformError {
  return new PlatformError('not-found', what)
}
