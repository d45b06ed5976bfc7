import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { AppList } from '#api/app-filters.ts'
import { createClient, ProblemError } from '#api/client.ts'
import { catalog } from '#catalog/index.ts'
import { run } from '#cli/program.ts'
import type { AppQuery } from '#platform/app-search.ts'
import { listApps, readApp } from '#platform/catalogue.ts'
import type { PlatformContext } from '#platform/context.ts'
import { type GatewayGround, gatewayGround, recordingPlatform } from '#tests/support/gateway.ts'

// The shelf is all that the catalogue looks at.
const shelf = { catalog, clock: () => new Date('2026-11-22') } as unknown as PlatformContext

let ground: GatewayGround
let url: string
let home: string
beforeAll(async () => {
  ground = await gatewayGround()
  const { platform } = recordingPlatform({
    listApps: ({ query }: { query: AppQuery }) => listApps(shelf, query),
    readApp: ({ params }: { params: { app: string } }) => readApp(shelf, params.app),
  })
  url = (await ground.start({ platform })).url
  home = await mkdtemp(join(tmpdir(), 'kade-cli-'))
  await writeFile(join(home, 'connection.json'), JSON.stringify({ url, token: ground.token }))
})
afterAll(async () => {
  await ground?.stop()
  await rm(home, { recursive: true, force: true })
})

describe('GET /apps', () => {
  const headers = () => ({ authorization: `Bearer ${ground.token}` })
  const get = (search: string) => fetch(`${url}/api/v1/apps${search}`, { headers: headers() })
  const client = () => createClient({ url, headers })

  it('takes one value of a filter or several, and answers with facets', async () => {
    const one = AppList.parse(await (await get('?category=model-server')).json())
    expect(new Set(one.items.map(app => app.category))).toEqual(new Set(['model-server']))
    const two = AppList.parse(
      await (await get('?category=model-server&category=vector-database')).json(),
    )
    const counts = Object.fromEntries(one.facets.category.map(({ value, count }) => [value, count]))
    expect(two.total).toBe((counts['model-server'] ?? 0) + (counts['vector-database'] ?? 0))
  })

  it('gives the typed client the same, page after page', async () => {
    const query = { category: ['model-server', 'vector-database'], gpu: 'none' as const, limit: 1 }
    const first = await client().listApps({ query })
    expect(first.items).toHaveLength(1)
    const all = await client().listApps({ query: { ...query, limit: 200 } })
    const second = await client().listApps({ query: { ...query, cursor: first.next ?? '' } })
    expect([...first.items, ...second.items]).toEqual(all.items.slice(0, 2))
  })

  it('refuses a word that a filter does not have, at its place', async () => {
    const asked = client().listApps({ query: { gpu: ['none', 'sometimes' as 'none'] } })
    const { problem } = await asked.then(
      () => expect.unreachable(),
      (error: unknown) => (error instanceof ProblemError ? error : expect.unreachable()),
    )
    expect(problem.code).toBe('request-invalid')
    expect(problem.violations?.map(({ pointer }) => pointer)).toEqual(['/query/gpu/1'])
    expect((await get('?colour=red')).status).toBe(400)
    expect((await get('?licence=MIT&licence=%00')).status).toBe(400)
  })
})

describe('kade apps', () => {
  async function kade(line: string) {
    const out: string[] = []
    const err: string[] = []
    const terminal = {
      out: (said: string) => out.push(said),
      err: (said: string) => err.push(said),
      env: { KADE_HOME: home },
      interactive: false,
      readStdin: async () => '',
      ask: async () => '',
    }
    const code = await run(line.split(' '), terminal, '0.0.0')
    return { code, out: out.join('\n'), err: err.join('\n') }
  }

  it('narrows by flags that may be repeated', async () => {
    const { code, out } = await kade(
      'apps --category model-server --category vector-database --gpu none',
    )
    expect(code).toBe(0)
    expect(out).toMatch(/^qdrant /m)
    expect(out).not.toMatch(/^ollama /m)
  })

  it('prints the facets with -o json', async () => {
    const { out } = await kade('apps -q qdrant --open-source yes -o json')
    const list = AppList.parse(JSON.parse(out))
    expect(list.items.map(app => app.id)).toContain('qdrant')
    expect(list.facets.gpu.map(({ value }) => value)).toContain('none')
  })

  it('says which flag to leave out when nothing fits', async () => {
    const { code, out } = await kade('apps -q qdrant --category model-server')
    expect(code).toBe(0)
    expect(out).toContain('No app fits.')
    expect(out).toMatch(/Without --category: (one app|\d+ apps)\./)
    expect(out).toMatch(/Without --query: \d+ apps\./)
  })

  it('says what is wrong with a value that a filter does not have', async () => {
    const { code, err } = await kade('apps --gpu sometimes')
    expect(code).not.toBe(0)
    expect(err).toContain('/query/gpu/0')
  })

  it('prints the passport of an app', async () => {
    const { out } = await kade('apps qdrant')
    for (const { id, answer } of readApp(shelf, 'qdrant').passport.criteria)
      expect(out).toMatch(new RegExp(`^${id} +${answer}`, 'm'))
    expect(out).toContain('GPU none · pod security restricted')
    expect(out).toMatch(/^Unknown as well: .*supply-chain/m)
    expect(out).toMatch(/^licence +yes \(Apache-2\.0\) +checked/m)
    expect(out).toMatch(/^tested +partly \(admitted\) .*API server of Kubernetes 1\.36/m)
  })
})
