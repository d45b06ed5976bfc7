import { STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import { type ProblemCode, problemStatus } from '#api/problem.ts'
import { PlatformError } from '#platform/errors.ts'
import { limits } from './limits.ts'
import { problemOf, sendProblem } from './problems.ts'

/** Answers whatever was thrown as a problem. Only what nobody foresaw is logged with its stack, and told by request id alone. */
export function answerError(
  thrown: FastifyError | Error,
  request: FastifyRequest,
  reply: FastifyReply,
  error = asPlatformError(thrown, request.id),
): FastifyReply {
  const line = { requestId: request.id, route: request.routeOptions.url, err: thrown }
  if (error.code === 'internal') request.log.error(line, 'A request failed')
  else if (problemStatus[error.code] >= 500) request.log.warn(line, 'A request could not be served')
  return sendProblem(request, reply, error)
}

/** The error that the asker is told. */
export function asPlatformError(thrown: FastifyError | Error, requestId: string): PlatformError {
  if (thrown instanceof PlatformError) return thrown
  const code = 'code' in thrown && typeof thrown.code === 'string' ? thrown.code : ''
  const known = ofFastify(code)
  if (known) return known
  if (isDatabaseGone(code))
    return new PlatformError(
      'database-unreachable',
      {
        en: 'The database does not answer.',
        nl: 'De database antwoordt niet.',
      },
      {
        cause: thrown,
        retryAfter: 2,
      },
    )
  return new PlatformError(
    'internal',
    {
      en: `An error nobody foresaw; request ${requestId}.`,
      nl: `Een fout die niemand voorzag; verzoek ${requestId}.`,
    },
    {
      cause: thrown,
    },
  )
}

function ofFastify(code: string): PlatformError | undefined {
  switch (code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return new PlatformError('body-too-large', `A body may have ${limits.bodyBytes} bytes.`)
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return new PlatformError(
        'unsupported-media-type',
        'The body is of a type that is not understood.',
      )
    case 'FST_ERR_CTP_INVALID_CONTENT_LENGTH':
      return new PlatformError(
        'request-invalid',
        'The body has another length than its header says.',
      )
    case 'FST_ERR_BAD_URL':
      return new PlatformError('request-invalid', 'The address has a malformed %-escape.')
    default:
      return undefined
  }
}

/** Connection errors of Node and the class 57P of PostgreSQL (shutting down, starting up). */
function isDatabaseGone(code: string): boolean {
  return ['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT'].includes(code) || /^57P/.test(code)
}

const ofParser: Record<string, { code: ProblemCode; detail: string }> = {
  HPE_HEADER_OVERFLOW: {
    code: 'headers-too-large',
    detail: `Request line and headers may have ${limits.headerBytes} bytes.`,
  },
  ERR_HTTP_REQUEST_TIMEOUT: {
    code: 'request-timeout',
    detail: `Headers have ${limits.headersTimeoutMs / 1000} seconds to arrive, a request ${limits.requestTimeoutMs / 1000}.`,
  },
}

/** Answers what never became a request, because its first bytes were too many, too slow or no HTTP at all. */
export function answerClientError(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy()
    return
  }
  const { code, detail } = ofParser[error.code ?? ''] ?? {
    code: 'request-invalid' as const,
    detail: 'This is not HTTP.',
  }
  const problem = problemOf(new PlatformError(code, detail), 'en')
  const body = JSON.stringify(problem)
  socket.end(
    [
      `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}`,
      'Content-Type: application/problem+json',
      `Content-Length: ${Buffer.byteLength(body)}`,
      'Cache-Control: no-store',
      'X-Content-Type-Options: nosniff',
      'Connection: close',
      '',
      body,
    ].join('\r\n'),
  )
}
