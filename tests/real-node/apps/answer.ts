const ANSWER_MS = 60_000

/** The JSON of a request's answer; rejects with the status and first words of one that refuses, and after a minute. */
export async function answer<T = unknown>(
  url: string,
  { json, ...request }: RequestInit & { json?: unknown } = {},
): Promise<T> {
  const headers = new Headers(request.headers)
  if (json !== undefined) headers.set('content-type', 'application/json')
  const body = json === undefined ? request.body : JSON.stringify(json)
  const signal = AbortSignal.timeout(ANSWER_MS)
  const response = await fetch(url, { ...request, headers, signal, ...(body != null && { body }) })
  const text = await response.text()
  if (!response.ok) {
    const what = `${request.method ?? 'GET'} ${new URL(url).pathname}`
    throw new Error(`${what} answered ${response.status}: ${text.slice(0, 500)}`)
  }
  // What the test then looks at shows whether it is what it takes it for.
  return (text === '' ? undefined : JSON.parse(text)) as T
}

/** The header by which a name and a password sign in. */
export function basic(user: string, password: string): { authorization: string } {
  return { authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` }
}
