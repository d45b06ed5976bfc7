import type { FastifyReply, FastifyRequest } from 'fastify'
import { type Problem, type ProblemCode, problemStatus } from '#api/problem.ts'
import { PlatformError } from '#platform/errors.ts'

/** What each code is called, and what its reader can do when the error itself says nothing better. */
export const problemTexts: Record<ProblemCode, { title: string; next: string }> = {
  'request-invalid': {
    title: 'The request is not as the contract says',
    next: 'Correct what is listed and send it again; /openapi.json has the shape.',
  },
  unauthenticated: {
    title: 'Sign in first',
    next: 'Open a new sign-in link, or send a token as "Authorization: Bearer <token>".',
  },
  forbidden: {
    title: 'You may not do this',
    next: 'Ask an owner of the platform for the right, or sign in with another account.',
  },
  'not-found': {
    title: 'There is no such thing',
    next: 'Check the spelling, or list what there is.',
  },
  'method-not-allowed': {
    title: 'This address does not take that method',
    next: 'Use one of the methods in the Allow header.',
  },
  'request-timeout': {
    title: 'The request took too long to arrive',
    next: 'Send it again over a better connection.',
  },
  conflict: {
    title: 'Something else is happening to it',
    next: 'Wait for the running operation to end, then try again.',
  },
  'name-taken': {
    title: 'The name is taken',
    next: 'Choose another name, or update the deployment that has it.',
  },
  stale: {
    title: 'It changed since you read it',
    next: 'Read it again, look at what changed, and send your change with the new etag.',
  },
  'body-too-large': {
    title: 'The body is too large',
    next: 'Send less; large settings belong in the app itself.',
  },
  'url-too-long': {
    title: 'The address is too long',
    next: 'Send fewer or shorter query parameters.',
  },
  'unsupported-media-type': {
    title: 'Only JSON is understood',
    next: 'Send the body as "Content-Type: application/json".',
  },
  'settings-invalid': {
    title: 'The settings do not fit the app',
    next: 'Correct the settings that are listed; the app page tells what each one takes.',
  },
  'namespace-unknown': {
    title: 'There is no such namespace',
    next: 'Choose one you may use, or have it prepared with POST /api/v1/namespaces.',
  },
  'app-unknown': {
    title: 'There is no such app',
    next: 'Choose an app from the catalogue, GET /api/v1/apps.',
  },
  'cluster-unknown': {
    title: 'There is no such cluster',
    next: 'Choose one of GET /api/v1/clusters, or leave the choice to Kade.',
  },
  'policy-denied': {
    title: 'A policy does not allow this configuration',
    next: 'Apply the fix of each finding, or ask its approver for an exception.',
  },
  'quota-exceeded': {
    title: 'The namespace has no room for this',
    next: 'Ask for less, or free something in the namespace.',
  },
  'no-placement': {
    title: 'No cluster can take this deployment',
    next: 'Ask for less, or choose another cluster.',
  },
  'not-yet-supported': {
    title: 'Kade cannot do this yet',
    next: 'Leave the field out.',
  },
  'idempotency-key-reused': {
    title: 'The idempotency key belongs to another request',
    next: 'Use a new Idempotency-Key for a new request.',
  },
  'too-many-requests': {
    title: 'Too many requests',
    next: 'Wait as long as the Retry-After header says.',
  },
  'headers-too-large': {
    title: 'The headers are too large',
    next: 'Send fewer or shorter headers; clearing the cookies of this site may help.',
  },
  internal: {
    title: 'Kade failed',
    next: 'Try again; if it stays, tell the people who run the platform the request id.',
  },
  'cluster-unreachable': {
    title: 'The cluster does not answer',
    next: 'Try again later; what runs there goes on running.',
  },
  'database-unreachable': {
    title: 'The database does not answer',
    next: 'Try again in a moment.',
  },
}

/** RFC 9457 details of an error; what is not a `PlatformError` must have been turned into one before. */
export function problemOf(error: PlatformError, instance?: string): Problem {
  const { code, details, message } = error
  const text = problemTexts[code]
  return {
    type: `https://kade.dev/problems/${code}`,
    title: text.title,
    status: problemStatus[code],
    code,
    detail: message,
    next: details.next ?? text.next,
    ...(instance ? { instance } : {}),
    ...(details.violations ? { violations: details.violations } : {}),
    ...(details.findings ? { findings: details.findings } : {}),
  }
}

/** Answers with a problem. `instance` is the request id, by which the log line is found. */
export function sendProblem(
  request: FastifyRequest,
  reply: FastifyReply,
  error: PlatformError,
): FastifyReply {
  const problem = problemOf(error, `urn:uuid:${request.id}`)
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
