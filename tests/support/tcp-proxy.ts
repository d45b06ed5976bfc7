import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

export type TcpProxy = {
  readonly port: number
  /** Breaks every connection off, and takes no new one. */
  cut(): void
  restore(): void
  stop(): Promise<void>
}

/** A way to a port on loopback that a test can cut. */
export async function startTcpProxy(to: number): Promise<TcpProxy> {
  const sockets = new Set<Socket>()
  let isCut = false
  const server = createServer(here => {
    if (isCut) return here.destroy()
    const there = connect(to, '127.0.0.1')
    for (const [one, other] of [
      [here, there],
      [there, here],
    ] as const) {
      sockets.add(one)
      one.pipe(other)
      one.on('error', () => other.destroy())
      one.on('close', () => {
        sockets.delete(one)
        other.destroy()
      })
    }
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const end = () => {
    for (const socket of sockets) socket.destroy()
  }
  return {
    // A server that listens on TCP has an address of this form.
    port: (server.address() as AddressInfo).port,
    cut() {
      isCut = true
      end()
    },
    restore() {
      isCut = false
    },
    async stop() {
      end()
      await new Promise(resolve => server.close(resolve))
    },
  }
}
