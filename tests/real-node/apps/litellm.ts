import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { promisify } from 'node:util'
import { expect } from 'vitest'
import { assembleImages } from '../images/assemble.ts'
import { litellmImage } from '../images/litellm.ts'
import type { RealApp, Service } from '../real-app.ts'
import { answer } from './answer.ts'

const run = promisify(execFile)
/** Of the range for documentation (RFC 5737): to Kade and to its network policy it is the internet. */
const PROVIDER = '198.51.100.10'
const PORT = 8000
const KEY = 'key-of-the-provider'
const MODEL = 'tides'
const SAID = 'High tide is at five past one.'

/** A provider of one model that says one thing, to whoever has its key, in the test's own network. */
async function startProvider(): Promise<() => Promise<void>> {
  await run('ip', ['address', 'replace', `${PROVIDER}/32`, 'dev', 'lo'])
  const server = createServer((request, response) => {
    const known = request.headers.authorization === `Bearer ${KEY}`
    response.writeHead(known ? 200 : 401, { 'content-type': 'application/json' })
    response.end(JSON.stringify(known ? replies(request.url ?? '') : { error: { message: 'key' } }))
  })
  server.listen(PORT, PROVIDER)
  await once(server, 'listening')
  return async () => {
    server.closeAllConnections()
    server.close()
    await once(server, 'close')
    await run('ip', ['address', 'delete', `${PROVIDER}/32`, 'dev', 'lo'])
  }
}

/** As OpenAI's API answers. */
function replies(path: string): object {
  if (path.endsWith('/models')) return { object: 'list', data: [{ id: MODEL, object: 'model' }] }
  const message = { role: 'assistant', content: SAID }
  const choices = [{ index: 0, message, finish_reason: 'stop' }]
  const usage = { prompt_tokens: 3, completion_tokens: 8, total_tokens: 11 }
  return { id: 'chat-1', object: 'chat.completion', created: 1, model: MODEL, choices, usage }
}

async function ask({ url, secret }: Service): Promise<unknown> {
  const headers = { authorization: `Bearer ${await secret('masterKey')}` }
  const json = { model: MODEL, messages: [{ role: 'user', content: 'When is high tide?' }] }
  return answer(`${url}/v1/chat/completions`, { method: 'POST', headers, json })
}

/** A question is passed to the bound provider with the provider's key; it keeps nothing without a database. */
export const litellm: RealApp = {
  app: 'litellm',
  archives: () => assembleImages([litellmImage]),
  begin: startProvider,
  asked: {
    settings: {},
    bindings: { models: { url: `http://${PROVIDER}:${PORT}/v1`, secret: KEY } },
  },
  change: { settings: { retries: 1 } },
  tooLittleMemory: '64Mi',
  async write({ url, secret }) {
    const stranger = await fetch(`${url}/v1/models`)
    expect(stranger.status).toBe(401)
    await stranger.body?.cancel()
    const headers = { authorization: `Bearer ${await secret('masterKey')}` }
    expect(await answer(`${url}/v1/models`, { headers })).toMatchObject({ object: 'list' })
  },
  async read(service) {
    expect(await ask(service)).toMatchObject({ choices: [{ message: { content: SAID } }] })
  },
}
