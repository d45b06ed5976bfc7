import type { Readable } from 'node:stream'

/** Reads at most so many bytes; `more` says that there were others, and then the connection is closed on them. */
export async function readBody(
  body: Readable,
  maxBytes: number,
): Promise<{ text: string; more: boolean }> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of body) {
    const bytes = Buffer.from(chunk)
    chunks.push(bytes.subarray(0, maxBytes - length))
    length += bytes.length
    // Leaving the loop destroys the stream, and with it the connection.
    if (length > maxBytes) break
  }
  return { text: Buffer.concat(chunks).toString('utf8'), more: length > maxBytes }
}
