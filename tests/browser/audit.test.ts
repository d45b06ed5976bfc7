import { readFile } from 'node:fs/promises'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { verifyChain } from '#api/audit-chain.ts'
import { violationsOf } from './axe.ts'
import { type Browser, openChromium } from './chromium.ts'
import { type Product, startProduct } from './product.ts'

let product: Product
let browser: Browser
let page: Page

beforeAll(async () => {
  product = await startProduct()
  browser = await openChromium()
  page = browser.page
  await page.goto(product.signIn)
  await page.getByRole('heading', { level: 1, name: 'Catalogue' }).waitFor()
  const { client } = product
  await client.cordonCluster({ params: { cluster: 'amsterdam' }, body: { reason: 'new nodes' } })
  await client.uncordonCluster({ params: { cluster: 'amsterdam' } })
  await client.removeApp({ params: { app: 'no-such-app' } }).catch(() => {})
})
afterAll(async () => {
  await browser?.close()
  await product?.stop()
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
  await page.goto(`${product.url}/audit`)
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
  await page.goto(`${product.url}/audit?object=amsterdam`)
  const row = lines('Cluster wijzigen: amsterdam').first()
  await row.getByText('Alles wat bekend is').click()
  await row.getByText('Rollen toen').waitFor()
  expect(await violationsOf(page)).toEqual([])
  expect(browser.complaints).toEqual([])
})
