import { createHash } from 'node:crypto'

/** Sent with every answer of the API: nothing is kept, framed, sniffed or run. */
export function apiHeaders(secure: boolean, version: string): Record<string, string> {
  return {
    ...everyAnswer(secure),
    'cache-control': 'no-store',
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
    'api-version': version,
  }
}

/** Sent with the portal's pages and files. */
export function portalHeaders(secure: boolean, policy: string): Record<string, string> {
  return { ...everyAnswer(secure), 'content-security-policy': policy }
}

function everyAnswer(secure: boolean): Record<string, string> {
  return {
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'referrer-policy': 'no-referrer',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'permissions-policy': 'camera=(), geolocation=(), microphone=()',
    ...(secure ? { 'strict-transport-security': 'max-age=31536000; includeSubDomains' } : {}),
  }
}

/**
 * The Content-Security-Policy of a built page: scripts and styles from our own files, and the inline ones that this very
 * page contains, by hash. Nothing else runs, and nothing is fetched from elsewhere.
 */
export function contentSecurityPolicy(pages: readonly string[]): string {
  const hashes = (element: 'script' | 'style') =>
    [...new Set(pages.flatMap(page => inlineContents(page, element)))].map(
      content => `'sha256-${createHash('sha256').update(content).digest('base64')}'`,
    )
  return [
    "default-src 'self'",
    ["script-src 'self'", ...hashes('script')].join(' '),
    ["style-src 'self'", ...hashes('style')].join(' '),
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ')
}

/** What stands between the tags of inline elements; a script that is data is never run, so it needs no hash. */
function inlineContents(page: string, element: 'script' | 'style'): string[] {
  const pattern = new RegExp(`<${element}\\b([^>]*)>([\\s\\S]*?)</${element}>`, 'gi')
  return [...page.matchAll(pattern)].flatMap(([, attributes = '', content = '']) =>
    /\bsrc=|type="?application\/json/i.test(attributes) || content === '' ? [] : [content],
  )
}
