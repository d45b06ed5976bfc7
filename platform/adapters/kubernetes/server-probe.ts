import { Agent, ProxyAgent, request } from 'undici'
import type { Endpoint } from './connection.ts'

/** Milliseconds for a whole look: connecting, TLS and the answer. */
const deadlineMs = 4_000

/**
 * Whether an API server lives, seen without any credential and on a connection of its own: `well`, `unwell` (it answers and says
 * that it is not ready, or with an error), or `silent`. Its certificate is checked as for every other call, so that somebody else at
 * that address is silence. One that lets no stranger ask still answers: 401 and 403 count as well.
 */
export async function probeServer(endpoint: Endpoint): Promise<'well' | 'unwell' | 'silent'> {
  const { server, caData, tlsServerName, proxyUrl } = endpoint
  const connect = {
    timeout: deadlineMs,
    ...(caData !== undefined && { ca: Buffer.from(caData, 'base64') }),
    ...(tlsServerName !== undefined && { servername: tlsServerName }),
  }
  const options = { connections: 1, allowH2: false }
  const dispatcher =
    proxyUrl === undefined
      ? new Agent({ ...options, connect })
      : new ProxyAgent({ ...options, uri: proxyUrl, requestTls: connect })
  try {
    const at = new URL(server)
    const { statusCode, body } = await request(
      new URL(`${at.pathname.replace(/\/$/, '')}/readyz`, at),
      {
        dispatcher,
        headers: { 'user-agent': 'kade', accept: 'text/plain' },
        signal: AbortSignal.timeout(deadlineMs),
      },
    )
    // What it says is of no use, and may be without end.
    await body.dump({ limit: 4_096 })
    const lives = (statusCode >= 200 && statusCode < 300) || [401, 403].includes(statusCode)
    return lives ? 'well' : 'unwell'
  } catch {
    return 'silent'
  } finally {
    await dispatcher.destroy()
  }
}
