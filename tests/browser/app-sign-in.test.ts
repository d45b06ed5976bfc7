import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { violationsOf } from './axe.ts'
import { type Browser, openChromium } from './chromium.ts'
import { operationSucceeds, prepareNamespace } from './lay-ready.ts'
import { type Product, startProduct } from './product.ts'

let product: Product
let browser: Browser
let page: Page
const params = { namespace: 'lab', name: 'runs' }
let password: string

beforeAll(async () => {
  product = await startProduct()
  const { client } = product
  await prepareNamespace(client, params.namespace)
  await client.createDeployment({ body: { app: 'mlflow', ...params } })
  await operationSucceeds(client, params)
  const secret = 'adminPassword'
  password = (await client.revealSecret({ params: { ...params, secret } })).value
  browser = await openChromium()
  page = browser.page
  await page.goto(product.signIn)
  await page.getByRole('heading', { level: 1, name: 'My apps' }).waitFor()
})
afterAll(async () => {
  await browser?.close()
  await product?.stop()
})

const address = () => `${product.url}/deployments/lab/runs`
const part = (name: string) => page.getByRole('region', { name })
const value = () => page.getByText(password, { exact: true })

/** Presses Tab until the focus is on what is called so. */
async function tabTo(name: string): Promise<void> {
  for (let pressed = 0; pressed < 60; pressed++) {
    await page.keyboard.press('Tab')
    const now = await page.evaluate(() => document.activeElement?.textContent?.trim())
    if (now === name) return
  }
  throw new Error(`Tab never reached ${name}.`)
}

test('the first password is shown and copied by keyboard, hidden again, and the story tells it', async () => {
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
  await page.goto(address())
  await part('Sign in to the app').getByText('admin', { exact: true }).waitFor()
  expect(await value().count()).toBe(0)
  await tabTo('Show (First password of the administrator)')
  await page.keyboard.press('Enter')
  await value().waitFor()
  await page.getByText('The secret "adminPassword" was shown.').nth(1).waitFor()
  await tabTo('Copy (First password of the administrator)')
  await page.keyboard.press('Enter')
  await page.getByText('Copied.').waitFor()
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(password)
  const kept = await page.evaluate(() =>
    JSON.stringify([{ ...localStorage }, { ...sessionStorage }]),
  )
  expect(kept).not.toContain(password)
  await page.getByRole('button', { name: 'Hide (First password' }).click()
  await value().waitFor({ state: 'detached' })
})

test('leaving the page hides it', async () => {
  await page.getByRole('button', { name: 'Show (First password' }).click()
  await value().waitFor()
  await page.getByRole('link', { name: 'Parts' }).click()
  await page.getByRole('link', { name: 'Overview' }).click()
  await page.getByRole('button', { name: 'Show (First password' }).waitFor()
  expect(await value().count()).toBe(0)
})

test.each([
  ['en', 'light', 'Show', 'Sign in to the app'],
  ['en', 'dark', 'Show', 'Sign in to the app'],
  ['nl', 'light', 'Tonen', 'Aanmelden bij de app'],
  ['nl', 'dark', 'Tonen', 'Aanmelden bij de app'],
])('axe finds nothing while it is shown, in %s and %s', async (language, theme, show, title) => {
  const choices = { 'kade-language': language, 'kade-theme': theme }
  await page.evaluate(wanted => {
    for (const [key, choice] of Object.entries(wanted)) localStorage.setItem(key, choice)
  }, choices)
  await page.goto(address())
  await part(title).getByRole('button', { name: show }).click()
  await value().waitFor()
  await page.getByText(/^(Loading|Laden)…$/).waitFor({ state: 'hidden' })
  expect(await violationsOf(page)).toEqual([])
})

test('after a minute it is hidden, and the focus goes back to the button that shows', async () => {
  await page.evaluate(() => localStorage.setItem('kade-language', 'en'))
  await page.clock.install()
  await page.goto(address())
  await page.getByRole('button', { name: 'Show (First password' }).click()
  await value().waitFor()
  await page.getByRole('button', { name: 'Copy (First password' }).focus()
  await page.clock.runFor(59_000)
  expect(await value().count()).toBe(1)
  await page.clock.runFor(2000)
  await value().waitFor({ state: 'detached' })
  const focused = () => page.evaluate(() => document.activeElement?.textContent?.trim())
  await expect.poll(focused).toBe('Show (First password of the administrator)')
  expect(browser.complaints).toEqual([])
})
