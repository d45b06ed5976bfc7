import { createSocket } from 'node:dgram'
import { createServer } from 'node:net'

/**
 * Below the range from which the kernel takes ports for outgoing connections (32768 and up on Linux), so that a port
 * that is kept in a file is still free at the next start.
 */
const LOWEST = 20_000
const HIGHEST = 32_000
/** A start that takes longer than this has failed at its own deadline. */
const HELD_MS = 90_000

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

/**
 * Whether the number is ours for a while. Between the look at a port and the server that listens there lie seconds, and
 * another start may look meanwhile: whoever holds the UDP side of the number, which nothing here uses, has it. The kernel
 * gives it to one process, and takes it back when that ends.
 */
function hold(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const socket = createSocket('udp4')
    socket.once('error', () => socket.close(() => resolve(false)))
    socket.bind({ port, address: '127.0.0.1', exclusive: true }, () => {
      socket.unref()
      setTimeout(() => socket.close(), HELD_MS).unref()
      resolve(true)
    })
  })
}

/**
 * `count` different free ports of 127.0.0.1, which no other call gets for a minute and a half, in whatever process of this
 * machine it runs. Rejects when there are not enough.
 */
export async function freePorts(count: number): Promise<number[]> {
  const found = new Set<number>()
  for (let tries = 0; tries < 200 && found.size < count; tries++) {
    const port = LOWEST + Math.floor(Math.random() * (HIGHEST - LOWEST))
    if ((await isPortFree(port)) && (await hold(port))) found.add(port)
  }
  if (found.size < count) {
    throw new Error(
      `No ${count} free ports were found between ${LOWEST} and ${HIGHEST}. End programs that listen there, then try again.`,
    )
  }
  return [...found]
}
