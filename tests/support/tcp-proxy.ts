import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

export type TcpProxy = {
  readonly port: number
  /** Breaks every connection off, and takes no new one. */
  cut(): void
  /** Drops whatever is sent from now on, while connections look open. */
  freeze(): void
  restore(): void
  stop(): Promise<void>
}

/** A way to a port on loopback that a test can cut. */
export async function startTcpProxy(to: number): Promise<TcpProxy> {
  const sockets = new Set<Socket>()
  let state: 'open' | 'cut' | 'frozen' = 'open'
  const server = createServer(here => {
    if (state === 'cut') return here.destroy()
    const there = connect(to, '127.0.0.1')
    for (const [one, other] of [
      [here, there],
      [there, here],
    ] as const) {
      sockets.add(one)
      one.on('data', bytes => {
        if (state === 'open') other.write(bytes)
      })
      one.on('end', () => other.end())
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
      state = 'cut'
      end()
    },
    freeze() {
      state = 'frozen'
    },
    restore() {
      // What was lost on the way is not made good by going on.
      if (state === 'frozen') end()
      state = 'open'
    },
    async stop() {
      end()
      await new Promise(resolve => server.close(resolve))
    },
  }
}
