import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Browser, openChromium } from './chromium.ts'
import { prepareNamespace } from './lay-ready.ts'
import { type Product, startProduct } from './product.ts'

let product: Product
let browser: Browser
let first: Page
let second: Page
const streams: string[] = []

beforeAll(async () => {
  product = await startProduct()
  browser = await openChromium()
  first = browser.page
  first.context().on('request', request => {
    if (request.url().endsWith('/api/v1/events')) streams.push(request.url())
  })
  await first.goto(product.signIn)
  await first.getByRole('heading', { level: 1, name: 'Catalogue' }).waitFor()
  await first.goto(`${product.url}/dashboard`)
  second = await first.context().newPage()
  await second.goto(`${product.url}/dashboard`)
  for (const page of [first, second])
    await page.getByRole('heading', { name: 'Nothing runs here yet' }).waitFor()
})
afterAll(async () => {
  await browser?.close()
  await product?.stop()
})

const badge = (page: Page) => page.getByText('Ready (simulated)', { exact: true }).first()

test('what somebody else deploys appears by itself, in every tab', async () => {
  const { client } = product
  await prepareNamespace(client, 'lab')
  await client.createDeployment({ body: { app: 'qdrant', namespace: 'lab', name: 'vectors' } })
  for (const page of [first, second]) await badge(page).waitFor({ timeout: 60_000 })
})

test('a browser has one stream, however many tabs', () => {
  // The first tab signed in on one page and went on to another: two streams, one after the other, and none of the second tab.
  expect(streams).toHaveLength(2)
})

test('when the tab that had the stream closes, another takes over', async () => {
  await first.close()
  const params = { namespace: 'lab', name: 'vectors' }
  const { etag } = await product.client.readDeployment({ params })
  await product.client.deleteDeployment({ params, ifMatch: etag })
  await second.getByRole('heading', { name: 'Nothing runs here yet' }).waitFor({ timeout: 60_000 })
  expect(streams).toHaveLength(3)
})

test('operations are listed and followed, also those of what is gone, and chosen by state', async () => {
  await second.getByRole('link', { name: 'Operations' }).click()
  const row = (name: string) => second.getByRole('article', { name })
  await row('lab/vectors').getByText('Delete: done').waitFor()
  await row('lab/vectors').getByText('Deploy: done').waitFor()
  await second.getByLabel('State').selectOption('succeeded')
  await product.client.createDeployment({
    body: { app: 'qdrant', namespace: 'lab', name: 'others' },
  })
  await row('lab/others').getByText('Deploy: done').waitFor({ timeout: 60_000 })
  await second.getByLabel('State').selectOption('failed')
  await second.getByRole('heading', { name: 'No operations here' }).waitFor()
  expect(new URL(second.url()).search).toBe('?state=failed')
})

test('a session that ended is said, and what was typed stays', async () => {
  await second.goto(`${product.url}/deploy/new?app=qdrant`)
  await second.getByLabel('Name', { exact: true }).fill('kept')
  await second.context().clearCookies()
  await second.getByRole('button', { name: 'New namespace' }).click()
  await second.getByLabel('Name of the new namespace').fill('other')
  await second.getByRole('button', { name: 'Create namespace' }).click()
  await second.getByRole('alert').getByRole('link', { name: 'Sign in' }).waitFor()
  expect(await second.getByLabel('Name', { exact: true }).inputValue()).toBe('kept')
  expect(await second.getByLabel('Name of the new namespace').inputValue()).toBe('other')
})

test('nothing on the way broke the Content-Security-Policy or went uncaught', () => {
  expect(browser.complaints).toEqual([])
})
