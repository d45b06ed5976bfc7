import type { Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Browser, openChromium } from './chromium.ts'
import { type Product, startProduct } from './product.ts'

let product: Product
let browser: Browser
let page: Page

beforeAll(async () => {
  product = await startProduct()
  browser = await openChromium()
  page = browser.page
})
afterAll(async () => {
  await browser?.close()
  await product?.stop()
})

const button = (name: string) => page.getByRole('button', { name, exact: true })
const tab = (name: string) =>
  page.getByRole('navigation', { name: 'About qdrant' }).getByRole('link', { name })

/** What a field says of itself besides its name. */
async function described(field: Locator): Promise<string> {
  const ids = (await field.getAttribute('aria-describedby'))?.split(' ') ?? []
  return (await Promise.all(ids.map(id => page.locator(`[id="${id}"]`).textContent()))).join(' ')
}

/** Waits until the overview says that the last action ended as given. */
async function lastAction(words: string): Promise<void> {
  await tab('Overview').click()
  const section = page.getByRole('region', { name: 'Last action' })
  await section.getByText(words).waitFor({ timeout: 90_000 })
}

async function revisionRuns(number: number): Promise<void> {
  await tab('History').click()
  const row = page.getByRole('listitem').filter({ hasText: `Revision ${number} ` })
  await row.getByText('runs now').waitFor({ timeout: 90_000 })
}

test('nobody gets in without a link, and the way to one is told', async () => {
  await page.goto(`${product.url}/dashboard`)
  await page.getByRole('heading', { level: 1, name: 'Sign in' }).waitFor()
  await page.getByText('Sign in once with').waitFor()
})

test('a sign-in link opens the catalogue, leaves no token in the address and works once', async () => {
  await page.goto(product.signIn)
  await page.getByRole('heading', { level: 1, name: 'Catalogue' }).waitFor()
  expect(page.url()).not.toContain('token')
  await button('Sign out (Signed in as owner)').waitFor()
  const other = await openChromium()
  try {
    await other.page.goto(product.signIn)
    await other.page.getByText('This link does not work any more').waitFor()
  } finally {
    await other.close()
  }
})

test('a person finds an app, fills its form and sees it become ready', async () => {
  await page.getByLabel('Search by name or purpose').fill('vector')
  await page.getByRole('link', { name: 'Qdrant' }).click()
  await page.getByRole('link', { name: 'Deploy Qdrant' }).click()
  await button('New namespace').click()
  await page.getByLabel('Name of the new namespace').fill('lab')
  await button('Create namespace').click()
  await expect.poll(() => page.getByLabel('Namespace', { exact: true }).inputValue()).toBe('lab')
  await button('Next').click()
  await page.getByRole('heading', { name: 'Settings' }).waitFor()
  const storage = page.getByLabel('Disk size')
  await expect.poll(() => described(storage)).toContain('From the app itself')
  await storage.selectOption({ index: 2 })
  await expect.poll(() => described(storage)).toContain('Your own answer')
  await button('Next').click()
  await page.getByRole('heading', { name: 'Secrets' }).waitFor()
  await button('Next').click()
  await page.getByText('All rules are met').waitFor()
  await page.getByText('How others in the cluster reach it').waitFor()
  await button('Deploy').click()
  await page.waitForURL('**/deployments/lab/qdrant')
  await page.getByText('Ready (simulated)', { exact: true }).first().waitFor({ timeout: 120_000 })
  await lastAction('Deploy: done')
})

test('a change shows its difference first, and runs as revision 2', async () => {
  await tab('Configuration').click()
  await page.getByText('More settings').click()
  await page.getByLabel('Detail of the logs').selectOption('Everything')
  await page.getByRole('list', { name: 'Your changes' }).getByText('settings.logLevel').waitFor()
  await button('See what would change').click()
  const outcome = page.getByRole('region', { name: 'What would happen' })
  await outcome.getByText('Technical details of Deployment').click()
  const details = outcome.getByRole('list', { name: /^Technical details of Deployment/ })
  await page.getByRole('list', { name: 'Your changes' }).getByText('INFO').waitFor()
  const line = details.getByRole('listitem').filter({ hasText: 'QDRANT__LOG_LEVEL' })
  expect(await line.textContent()).toMatch(/Environment variable .*INFO.*DEBUG/)
  await button('Save and apply').click()
  await lastAction('Change: done')
  await revisionRuns(2)
})

test('going back to revision 1 is a new revision, and the story tells it', async () => {
  await button('Roll back to 1').click()
  const dialog = page.getByRole('dialog', { name: 'Roll back to revision 1' })
  await dialog.getByText('settings.logLevel').waitFor()
  await dialog.getByRole('button', { name: 'Roll back' }).click()
  await lastAction('Roll back: done')
  await revisionRuns(3)
})

test('a restart keeps the configuration', async () => {
  await button('Restart').click()
  await page.getByRole('dialog').getByRole('button', { name: 'Restart' }).click()
  await lastAction('Restart: done')
})

test('parts and logs can be read, and say that they are simulated', async () => {
  await tab('Parts').click()
  await page.getByRole('heading', { name: 'How others in the cluster reach it' }).waitFor()
  await tab('Logs').click()
  await page.getByText('These lines are made up').waitFor()
})

test('its page tells what each container takes beside its limit, as simulated', async () => {
  await tab('Overview').click()
  const usage = page.getByRole('region', { name: 'Usage' })
  const memory = usage.getByText(/(MiB|GiB) of .*%/)
  await memory.first().waitFor({ timeout: 120_000 })
  await usage.getByText('simulated', { exact: true }).waitFor()
}, 130_000)

test('the dashboard lists it, also when it is searched for', async () => {
  await page.goto(`${product.url}/`)
  await page.getByRole('heading', { level: 1, name: 'My apps' }).waitFor()
  await page.getByLabel('Search').fill('qdr')
  await page.getByText('One app shown').waitFor()
  await page.getByLabel('Search').fill('nothing-like-it')
  await page.getByText('No app fits these filters').waitFor()
  await button('Clear filters').click()
  await page.getByRole('link', { name: 'qdrant', exact: true }).click()
})

test('deleting asks for the name, and ends in a page that says so', async () => {
  await button('Delete').click()
  const dialog = page.getByRole('dialog', { name: 'Delete qdrant' })
  await dialog.getByLabel('Type qdrant to confirm').fill('other')
  await dialog.getByRole('button', { name: 'Delete' }).click()
  await dialog.getByText('This is not the name of the app.').waitFor()
  await dialog.getByLabel('Type qdrant to confirm').fill('qdrant')
  await dialog.getByRole('button', { name: 'Delete' }).click()
  await page.getByRole('heading', { name: 'qdrant is not there' }).waitFor({ timeout: 90_000 })
  await page.getByText('It was deleted').waitFor()
})

test('nothing on the way broke the Content-Security-Policy or went uncaught', () => {
  expect(browser.complaints).toEqual([])
})
