import type { Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { foreignModule } from '#tests/support/foreign-module.ts'
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
})
afterAll(async () => {
  await browser?.close()
  await product?.stop()
})
beforeEach(async () => {
  await open('/catalog')
})

async function open(path: string) {
  await page.goto(product.url + path)
  await page.getByRole('status').filter({ hasText: /app/ }).waitFor()
}

const cards = () => page.getByRole('article')
const facet = (name: RegExp) => page.getByRole('checkbox', { name })
const shownIs = (count: number) =>
  expect.poll(() => cards().count(), { timeout: 20_000 }).toBe(count)

async function expectTotal(query: Parameters<Product['client']['listApps']>[0]['query']) {
  const { total } = await product.client.listApps({ query: { limit: 1, ...query } })
  await shownIs(total)
  return total
}

test('a ticked box shows as many apps as it said, and stands in the address', async () => {
  const box = facet(/^Model server/)
  const said = Number(/\d+/.exec((await box.locator('..').textContent()) ?? '')?.[0])
  await box.check()
  await page.waitForURL('**/catalog?category=model-server')
  await shownIs(said)
  await facet(/^Vector database/).check()
  await page.waitForURL('**/catalog?category=model-server&category=vector-database')
  const total = await expectTotal({ category: ['model-server', 'vector-database'] })
  expect(total).toBeGreaterThan(said)

  await page.reload()
  await shownIs(total)
  expect(await facet(/^Model server/).isChecked()).toBe(true)

  await page.goBack()
  await shownIs(said)
  expect(await facet(/^Vector database/).isChecked()).toBe(false)
  await page.goBack()
  await expectTotal({})
  expect(await facet(/^Model server/).isChecked()).toBe(false)
})

test('an address somebody sent opens what narrows the list, also in Dutch', async () => {
  await page.getByRole('button', { name: 'NL – Nederlands' }).click()
  await open('/catalog?q=VECTOROPSLAG&gpu=none')
  await expectTotal({ q: 'vectoropslag', gpu: 'none' })
  expect(await facet(/^Draait zonder/).isChecked()).toBe(true)
  expect(await page.getByLabel('Zoek op naam of doel').inputValue()).toBe('VECTOROPSLAG')
  expect(await violationsOf(page)).toEqual([])
  await page.getByRole('button', { name: 'EN – English' }).click()
  expect(await facet(/^Runs without/).isChecked()).toBe(true)
})

test('the boxes work with the keyboard alone, and keep the focus', async () => {
  await page.locator('summary', { hasText: 'GPU' }).focus()
  await page.keyboard.press('Enter')
  await page.keyboard.press('Tab')
  await page.keyboard.press('Space')
  await page.waitForURL('**/catalog?gpu=none')
  await expectTotal({ gpu: 'none' })
  expect(await facet(/^Runs without/).evaluate(box => box === document.activeElement)).toBe(true)
})

test('when nothing fits, it says which filter keeps apps away, and takes it off', async () => {
  await open('/catalog?q=qdrant&category=model-server')
  await page.getByRole('heading', { name: 'No app fits' }).waitFor()
  expect(await violationsOf(page)).toEqual([])
  await page.getByRole('button', { name: /^Without “Category”/ }).click()
  await page.waitForURL('**/catalog?q=qdrant')
  await expectTotal({ q: 'qdrant' })
})

test('the page of an app shows what Kade checked itself, in both languages', async () => {
  await page.goto(`${product.url}/catalog/ollama`)
  const checks = page.getByRole('region', { name: 'What Kade checked itself' })
  await checks.getByText('It may call HTTPS addresses on the internet').waitFor()
  await checks.getByText('Its containers were not run.').waitFor()
  await page.getByText(/^\d+ of 17 criteria are unknown$/).waitFor()
  await page.getByText(/^Nobody has answered yet: .*Open standards/).waitFor()
  expect(await checks.getByRole('listitem').count()).toBe(7)
  expect(await violationsOf(page)).toEqual([])
  await page.getByRole('button', { name: 'NL – Nederlands' }).click()
  await page.getByText('Hij mag HTTPS-adressen op internet aanroepen').waitFor()
  await page.getByRole('button', { name: 'EN – English' }).click()
})

test('an app from outside says so on its card and its page, by whom and which code, in both languages', async () => {
  const notes = await foreignModule('notes')
  const body = await notes.body()
  const { added } = await product.client.addApp({ body })
  await notes.remove()
  try {
    await open('/catalog?q=notes')
    await page.getByRole('article').getByText('From outside').waitFor()
    await page.getByRole('link', { name: 'Notes' }).click()
    const origin = page.getByRole('region', { name: 'From outside' })
    await origin.getByText('Put on the shelf by you').waitFor()
    await origin.getByText(added?.digest ?? 'nothing', { exact: true }).waitFor()
    await page.getByRole('button', { name: 'NL – Nederlands' }).click()
    await page.getByRole('region', { name: 'Van buiten' }).waitFor()
    await page.getByRole('button', { name: 'EN – English' }).click()
    // Another version is seen where the page stands open.
    const newer = await product.client.addApp({
      body: { ...body, readme: '# Notes\n\nNewer than before.' },
    })
    await page.getByText('Newer than before.').waitFor()
    expect(newer.added?.digest).toBe(added?.digest)
  } finally {
    await product.client.removeApp({ params: { app: 'notes' } })
  }
})

test('what an app can do without is folded away, and a database has an address of its own kind', async () => {
  await page.goto(`${product.url}/deploy/new?app=open-webui`)
  const needed = page.getByLabel('A language model (OpenAI-compatible)')
  const optional = page.getByLabel(/^A PostgreSQL database/)
  await needed.waitFor()
  expect(await optional.isVisible()).toBe(false)
  await page.getByText('More it can use').click()
  await optional.selectOption('An address outside Kade')
  await page.getByText('Such as postgresql://user@host/database').waitFor()
  await page.getByLabel(/^Password of that user/).waitFor()
  await page.getByLabel('Address', { exact: true }).fill('https://db.example.org')
  await page.getByRole('button', { name: 'Next' }).click()
  await page.getByText('Give an address that begins with postgresql://.').first().waitFor()
  expect(await violationsOf(page)).toEqual([])
})

test('an address with a word no filter has says so, and leads back', async () => {
  await page.goto(`${product.url}/catalog?gpu=sometimes`)
  await page.getByRole('alert').waitFor()
  await page.getByRole('button', { name: 'Clear filters' }).click()
  await expectTotal({})
})
