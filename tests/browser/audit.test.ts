import { readFile } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import type { FastifyInstance } from 'fastify'
import { pino } from 'pino'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { verifyChain } from '#api/audit-chain.ts'
import { createClient } from '#api/client.ts'
import { createGateway } from '#gateway/gateway.ts'
import { signInPath } from '#gateway/session-routes.ts'
import { type EventFeed, openFeed } from '#platform/events/feed.ts'
import { createSignInLink, ensureOwner } from '#platform/governance/accounts.ts'
import { startSequencer } from '#platform/governance/audit/sequencer.ts'
import { createToken } from '#platform/governance/sessions.ts'
import { type PlatformGround, platformGround } from '#tests/support/platform-ground.ts'
import { violationsOf } from './axe.ts'
import { type Browser, openChromium } from './chromium.ts'

let ground: PlatformGround
let app: FastifyInstance
let feed: EventFeed
let stopChaining: () => Promise<void>
let url: string
let browser: Browser
let page: Page

// The audit needs no cluster: the platform, the door with its portal, and the sequencer are all there is.
beforeAll(async () => {
  ground = await platformGround()
  const { database } = ground.context
  await ground.cluster('amsterdam', 0)
  feed = openFeed(database)
  app = await createGateway({
    platform: ground.platform,
    database,
    feed,
    portalDir: fileURLToPath(new URL('../../.output/public', import.meta.url)),
    logger: pino({ level: 'silent' }),
  })
  await app.listen({ host: '127.0.0.1', port: 0 })
  // A server that listens on TCP has an address of this form.
  url = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`
  stopChaining = await startSequencer(database, error => {
    throw error
  })
  const owner = await ensureOwner(database)
  const token = await createToken(database, owner.id)
  const client = createClient({ url, headers: () => ({ authorization: `Bearer ${token}` }) })
  await client.cordonCluster({ params: { cluster: 'amsterdam' }, body: { reason: 'new nodes' } })
  await client.uncordonCluster({ params: { cluster: 'amsterdam' } })
  await client.removeApp({ params: { app: 'no-such-app' } }).catch(() => {})
  browser = await openChromium()
  page = browser.page
  await page.goto(url + signInPath((await createSignInLink(database, owner.id)).token))
  await page.getByRole('link', { name: 'Audit' }).waitFor()
})
afterAll(async () => {
  await browser?.close()
  await stopChaining?.()
  await app?.close()
  await feed?.close()
  await ground?.stop()
})

const lines = (name: RegExp | string) => page.getByRole('article', { name })

test('an auditor finds who did what, why and from where, and what was refused', async () => {
  await page.getByRole('link', { name: 'Audit' }).click()
  await vi.waitFor(async () => {
    await page.getByRole('button', { name: 'Look again' }).click()
    expect(await lines('Change a cluster: amsterdam').count()).toBe(2)
  }, 20_000)
  const cordoned = lines('Change a cluster: amsterdam').filter({ hasText: 'ClusterCordoned' })
  await cordoned.getByText('All that is known').click()
  await cordoned.getByText('new nodes').waitFor()
  await cordoned.getByText('127.0.0.1').waitFor()
  expect(await violationsOf(page)).toEqual([])
  await page.getByRole('combobox', { name: 'Result' }).selectOption('Refused')
  await lines('Change the catalogue: no-such-app').waitFor()
  expect(await lines(/amsterdam/).count()).toBe(0)
  expect(page.url()).toContain('result=deny')
  await page.getByRole('searchbox', { name: 'Words' }).fill('nothing like it')
  await page.getByRole('searchbox', { name: 'Words' }).press('Enter')
  await page.getByRole('heading', { name: 'No lines here' }).waitFor()
  expect(await violationsOf(page)).toEqual([])
})

test('and takes along lines that can be checked', async () => {
  await page.goto(`${url}/audit`)
  await lines(/amsterdam/)
    .first()
    .waitFor()
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('link', { name: 'Export' }).click(),
  ])
  expect(download.suggestedFilename()).toBe('audit.ndjson')
  const text = await readFile(await download.path(), 'utf8')
  expect(await verifyChain(text.split('\n'))).toMatchObject({ first: 1, fault: null })
  expect(text).toContain('"ClusterCordoned"')
})

test('axe finds nothing on its page, in Dutch and in the dark', async () => {
  await page.evaluate(() => {
    localStorage.setItem('kade-language', 'nl')
    localStorage.setItem('kade-theme', 'dark')
  })
  await page.goto(`${url}/audit?object=amsterdam`)
  const row = lines('Cluster wijzigen: amsterdam').first()
  await row.getByText('Alles wat bekend is').click()
  await row.getByText('Rollen toen').waitFor()
  expect(await violationsOf(page)).toEqual([])
  expect(browser.complaints).toEqual([])
})
