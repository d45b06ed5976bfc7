import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { violationsOf } from './axe.ts'
import { type Browser, openChromium } from './chromium.ts'
import { prepareNamespace } from './lay-ready.ts'
import { type Product, startProduct } from './product.ts'

let product: Product
let browser: Browser
let page: Page

beforeAll(async () => {
  product = await startProduct()
  browser = await openChromium()
  page = browser.page
  await page.goto(product.signIn)
  // Who has deployed nothing yet is shown the catalogue.
  await page.getByRole('heading', { level: 1, name: 'Catalogue' }).waitFor()
})
afterAll(async () => {
  await browser?.close()
  await product?.stop()
})

test('the bell counts what a deployment came to, while the page is open, until it is read', async () => {
  await page.getByRole('link', { name: 'Notifications, none unread' }).click()
  await page.getByRole('heading', { name: 'Nothing to tell yet' }).waitFor()
  expect(await violationsOf(page)).toEqual([])
  await prepareNamespace(product.client, 'lab')
  await product.client.createDeployment({
    body: { app: 'qdrant', namespace: 'lab', name: 'vectors' },
  })
  await page.getByRole('link', { name: 'Notifications, 1 unread' }).waitFor({ timeout: 90_000 })
  await page.getByText('lab/vectors runs.').first().waitFor()
  expect(await violationsOf(page)).toEqual([])
  await page.getByRole('button', { name: /^Mark as read/ }).click()
  await page.getByRole('link', { name: 'Notifications, none unread' }).waitFor()
  expect((await product.client.listNotifications({})).unread).toBe(0)
})

test('axe finds nothing on its page in Dutch and in the dark', async () => {
  await page.evaluate(() => {
    localStorage.setItem('kade-language', 'nl')
    localStorage.setItem('kade-theme', 'dark')
  })
  await page.goto(`${product.url}/notifications`)
  await page.getByText('lab/vectors draait.').first().waitFor()
  expect(await violationsOf(page)).toEqual([])
  expect(browser.complaints).toEqual([])
})
