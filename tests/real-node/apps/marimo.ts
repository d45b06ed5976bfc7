import { randomUUID } from 'node:crypto'
import { expect } from 'vitest'
import { assembleImages } from '../images/assemble.ts'
import { marimoImage } from '../images/marimo.ts'
import type { RealApp, Service } from '../real-app.ts'
import { basic } from './answer.ts'

const OPEN_MS = 120_000
const NOTEBOOK = '/app/data/tides.py'
const CELL = 'import pandas; height = pandas.Series([1, 2]).sum()'
const text = `import marimo\napp = marimo.App()\n\n@app.cell\ndef _():\n    ${CELL}\n    return\n`

type Opened = { readonly codes: readonly string[]; execute(code: string): Promise<string> }

/** Opens a notebook as the editor does, for as long as `use` takes: its cells, and a way to have something evaluated in it. */
async function open<T>(
  { url, reveal }: Service,
  file: string,
  use: (opened: Opened) => Promise<T>,
): Promise<T> {
  const password = await reveal('password')
  const session = randomUUID()
  const query = new URLSearchParams({ session_id: session, file, access_token: password })
  const socket = new WebSocket(`${url.replace('http', 'ws')}/ws?${query}`)
  const execute = async (code: string) => {
    const response = await fetch(`${url}/api/kernel/execute`, {
      method: 'POST',
      headers: {
        ...basic('marimo', password),
        'content-type': 'application/json',
        'Marimo-Session-Id': session,
      },
      body: JSON.stringify({ code }),
      signal: AbortSignal.timeout(OPEN_MS),
    })
    return response.text()
  }
  try {
    return await use({ codes: await codesOf(socket), execute })
  } finally {
    socket.close()
  }
}

function codesOf(socket: WebSocket): Promise<readonly string[]> {
  const { promise, resolve, reject } = Promise.withResolvers<readonly string[]>()
  const late = setTimeout(() => reject(new Error('The notebook does not open.')), OPEN_MS)
  socket.onerror = () => reject(new Error('The notebook cannot be reached.'))
  socket.onclose = ({ reason }) => reject(new Error(`The notebook was closed: ${reason}`))
  socket.onmessage = ({ data }) => {
    const message = JSON.parse(String(data)) as { op: string; data: { codes: readonly string[] } }
    if (message.op === 'kernel-ready') resolve(message.data.codes)
  }
  return promise.finally(() => clearTimeout(late))
}

/** A notebook is opened, evaluates with the packages of the image, and is there when it is opened again. */
export const marimo: RealApp = {
  app: 'marimo',
  archives: () => assembleImages([marimoImage]),
  change: { settings: { outputMB: 9 } },
  tooLittleMemory: '24Mi',
  async write(service) {
    const stranger = await fetch(`${service.url}/api/status`)
    expect(stranger.status).toBe(401)
    await stranger.body?.cancel()
    await open(service, '__new__', async ({ execute }) => {
      const save = `print(open(${JSON.stringify(NOTEBOOK)}, 'w').write(${JSON.stringify(text)}))`
      expect(await execute(save)).toContain(String(text.length))
    })
  },
  async read(service) {
    await open(service, NOTEBOOK, async ({ codes, execute }) => {
      expect(codes).toEqual([CELL])
      expect(await execute(`${CELL}\nprint('sum', height)`)).toContain('sum 3')
    })
  },
}
