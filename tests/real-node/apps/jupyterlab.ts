import { randomUUID } from 'node:crypto'
import { expect } from 'vitest'
import { assembleImages } from '../images/assemble.ts'
import { jupyterlabImage } from '../images/jupyterlab.ts'
import type { RealApp, Service } from '../real-app.ts'
import { answer } from './answer.ts'

const CELL_MS = 120_000

type Message = {
  readonly msg_type?: string
  readonly parent_header?: { readonly msg_id?: string }
  readonly content: {
    readonly text?: string
    readonly status?: string
    readonly evalue?: string
    readonly execution_state?: string
  }
}

/** What a cell of this text prints, in a kernel of its own. */
async function run({ url, reveal }: Service, code: string): Promise<string> {
  const token = await reveal('token')
  const headers = { authorization: `token ${token}` }
  const kernels = `${url}/api/kernels`
  const json = { name: 'python3' }
  const { id } = await answer<{ id: string }>(kernels, { method: 'POST', headers, json })
  try {
    const channels = `${kernels.replace('http', 'ws')}/${id}/channels?token=${token}`
    return await printed(new WebSocket(channels), code)
  } finally {
    await answer(`${kernels}/${id}`, { method: 'DELETE', headers })
  }
}

function printed(socket: WebSocket, code: string): Promise<string> {
  const msg_id = randomUUID()
  const header = {
    msg_id,
    msg_type: 'execute_request',
    username: '',
    session: randomUUID(),
    version: '5.3',
  }
  const request = {
    channel: 'shell',
    header,
    parent_header: {},
    metadata: {},
    content: { code, silent: false },
  }
  return new Promise<string>((resolve, reject) => {
    let text = ''
    const late = setTimeout(() => reject(new Error(`No end of "${code}".`)), CELL_MS)
    socket.onopen = () => socket.send(JSON.stringify(request))
    socket.onerror = () => reject(new Error('The kernel cannot be reached.'))
    socket.onmessage = ({ data }) => {
      // As the messaging protocol of Jupyter has it.
      const message = JSON.parse(String(data)) as Message
      if (message.parent_header?.msg_id !== msg_id) return
      text += message.msg_type === 'stream' ? (message.content.text ?? '') : ''
      if (message.content.status === 'error') reject(new Error(message.content.evalue))
      if (message.content.execution_state === 'idle') resolve(text)
    }
    const done = () => clearTimeout(late)
    socket.addEventListener('close', done)
  }).finally(() => socket.close())
}

/** A cell is evaluated, with the packages of the image, and what it wrote is there for the next. */
export const jupyterlab: RealApp = {
  app: 'jupyterlab',
  archives: () => assembleImages([jupyterlabImage]),
  change: { settings: { stopIdleMinutes: 30 } },
  tooLittleMemory: '24Mi',
  async write(service) {
    const stranger = await fetch(`${service.url}/api/contents`)
    expect(stranger.status).toBe(403)
    await stranger.body?.cancel()
    expect(await run(service, 'import numpy; print(numpy.add(1, 1))')).toBe('2\n')
    await run(service, "open('tides.txt', 'w').write('13:05')")
  },
  async read(service) {
    expect(await run(service, "print(open('tides.txt').read())")).toBe('13:05\n')
  },
}
