import { createServer } from 'node:net'

/**
 * Below the range from which the kernel takes ports for outgoing connections (32768 and up on Linux), so that a port
 * that is kept in a file is still free at the next start.
 */
const LOWEST = 20_000
const HIGHEST = 32_000

/** Whether something could listen on 127.0.0.1:`port` now. */
export function isPortFree(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () =>
      server.close(() => resolve(true)),
    )
  })
}

/** `count` different free ports of 127.0.0.1, picked at random so that two starts at once seldom meet. */
export async function freePorts(count: number): Promise<number[]> {
  const found = new Set<number>()
  for (let tries = 0; tries < 200 && found.size < count; tries++) {
    const port = LOWEST + Math.floor(Math.random() * (HIGHEST - LOWEST))
    if (!found.has(port) && (await isPortFree(port))) found.add(port)
  }
  if (found.size < count) {
    throw new Error(
      `No ${count} free ports were found between ${LOWEST} and ${HIGHEST}. End programs that listen there, then try again.`,
    )
  }
  return [...found]
}
