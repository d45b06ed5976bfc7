/** An object in etcd is at most 1.5 MiB; JSON of a watch event with room to spare. */
const longestLine = 8 * 1024 * 1024

/** Lines of a byte stream without their line break. A line over `limit` bytes throws: it is no watch event. */
export async function* lines(
  chunks: AsyncIterable<Uint8Array>,
  limit = longestLine,
): AsyncGenerator<string> {
  let parts: Uint8Array[] = []
  let size = 0
  for await (const chunk of chunks) {
    let from = 0
    for (;;) {
      const at = chunk.indexOf(10, from)
      const part = chunk.subarray(from, at === -1 ? undefined : at)
      size += part.length
      if (size > limit) throw new Error(`A line of the watch is longer than ${limit} bytes.`)
      if (part.length > 0) parts.push(part)
      if (at === -1) break
      if (size > 0) yield Buffer.concat(parts).toString('utf8')
      parts = []
      size = 0
      from = at + 1
    }
  }
  if (size > 0) yield Buffer.concat(parts).toString('utf8')
}
