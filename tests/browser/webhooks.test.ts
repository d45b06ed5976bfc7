import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { startReceiver } from '#tests/support/receiver.ts'
import { violationsOf } from './axe.ts'
import { type Browser, openChromium } from './chromium.ts'
import { type Product, startProduct } from './product.ts'

let product: Product
let browser: Browser
let page: Page
let receiver: Awaited<ReturnType<typeof startReceiver>>

beforeAll(async () => {
  receiver = await startReceiver()
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
  await receiver?.stop()
})

test('a person adds a webhook, keeps its secret, tests it and sees that it arrived', async () => {
  await page.getByRole('link', { name: 'Webhooks' }).click()
  await page.getByRole('heading', { name: 'No webhook yet' }).waitFor()
  expect(await violationsOf(page)).toEqual([])
  await page.getByRole('button', { name: 'Add a webhook' }).click()
  await page.getByRole('button', { name: 'Add', exact: true }).click()
  await page.getByText('begins with a letter.').waitFor()
  await page.getByRole('textbox', { name: 'Name' }).fill('tickets')
  await page.getByRole('textbox', { name: 'Address' }).fill('https://169.254.169.254/')
  await page.getByRole('button', { name: 'Add', exact: true }).click()
  await page.getByRole('alert').getByText('leads into a network').waitFor()
  expect(await violationsOf(page)).toEqual([])
  await page.getByRole('textbox', { name: 'Address' }).fill(`${receiver.url}/hook/hidden-token`)
  await page.getByRole('button', { name: 'Add', exact: true }).click()
  await page.getByRole('heading', { name: 'The signing secret of tickets' }).waitFor()
  const secret = await page.getByText(/^whsec_/).textContent()
  expect(await violationsOf(page)).toEqual([])
  await page.getByRole('button', { name: 'I have kept it' }).click()
  const card = page.getByRole('article', { name: 'tickets' })
  await card.getByText(receiver.url).waitFor()
  await card.getByRole('button', { name: 'Send a test' }).click()
  await vi.waitFor(() => expect(receiver.received).toHaveLength(1), 20_000)
  await card.getByText('Deliveries').click()
  await vi.waitFor(async () => {
    await card.getByRole('button', { name: 'Look again' }).click()
    expect(await card.getByText('Delivered', { exact: true }).count()).toBe(1)
  }, 20_000)
  await card.getByRole('button', { name: 'Send again' }).click()
  await vi.waitFor(() => expect(receiver.received).toHaveLength(2), 20_000)
  await page.reload()
  await page.getByRole('article', { name: 'tickets' }).waitFor()
  const text = await page.locator('body').textContent()
  expect(text).not.toContain('hidden-token')
  expect(text).not.toContain(secret)
})

test('a person gives it another secret, which signs beside the old one for a day', async () => {
  const card = page.getByRole('article', { name: 'tickets' })
  await card.getByRole('button', { name: 'New secret' }).click()
  const dialog = page.getByRole('dialog', { name: 'A new signing secret for tickets?' })
  expect(await violationsOf(page)).toEqual([])
  await dialog.getByRole('button', { name: 'New secret' }).click()
  await page.getByRole('heading', { name: 'The signing secret of tickets' }).waitFor()
  await card.getByText('the secret before the newest one signs as well.').waitFor()
  const before = receiver.received.length
  await card.getByRole('button', { name: 'Send a test' }).click()
  await vi.waitFor(() => expect(receiver.received.length).toBe(before + 1), 20_000)
  expect(String(receiver.received.at(-1)?.headers['webhook-signature']).split(' ')).toHaveLength(2)
  await page.getByRole('button', { name: 'I have kept it' }).click()
})

test('axe finds nothing on its page, in Dutch and in the dark, and it is removed with a question', async () => {
  await page.evaluate(() => {
    localStorage.setItem('kade-language', 'nl')
    localStorage.setItem('kade-theme', 'dark')
  })
  await page.goto(`${product.url}/webhooks`)
  const card = page.getByRole('article', { name: 'tickets' })
  await card.getByText('Afleveringen').click()
  await card.getByText('Afgeleverd', { exact: true }).first().waitFor()
  expect(await violationsOf(page)).toEqual([])
  await card.getByRole('button', { name: 'Uitzetten' }).click()
  await card.getByText('Uitgezet', { exact: true }).waitFor()
  await card.getByRole('button', { name: 'Verwijderen' }).click()
  const dialog = page.getByRole('dialog', { name: 'tickets verwijderen?' })
  expect(await violationsOf(page)).toEqual([])
  await dialog.getByRole('button', { name: 'Verwijderen' }).click()
  await page.getByRole('heading', { name: 'Nog geen webhook' }).waitFor()
  expect(browser.complaints).toEqual([])
})

test('who looks for stuck tasks is led there from the clusters, and told when there are none', async () => {
  await page.goto(`${product.url}/clusters`)
  await page.getByRole('link', { name: 'Vastgelopen taken' }).click()
  await page.getByRole('heading', { name: 'Er is niets vastgelopen' }).waitFor()
  expect(await violationsOf(page)).toEqual([])
})
