import type { Page } from 'playwright-core'
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
  await page.goto(product.signIn)
  await page.getByRole('heading', { level: 1, name: 'Catalogue' }).waitFor()
})
afterAll(async () => {
  await browser?.close()
  await product?.stop()
})

/** What has the focus, as its label or own words say it. */
function focused(): Promise<string> {
  return page.evaluate(() => {
    const element = document.activeElement
    if (!(element instanceof HTMLElement)) return ''
    const label = 'labels' in element ? (element as HTMLInputElement).labels?.[0]?.textContent : ''
    return (element.ariaLabel || label || element.textContent || '').trim()
  })
}

/** Presses Tab until the focus is on what is called so, as a person does; fails when it is not on the way. */
async function tabTo(name: RegExp): Promise<void> {
  const passed: string[] = []
  for (let pressed = 0; pressed < 60; pressed++) {
    await page.keyboard.press('Tab')
    const now = await focused()
    if (name.test(now)) return
    passed.push(now)
  }
  throw new Error(`Tab never reached ${name}. It passed: ${passed.join(' | ')}`)
}

test('the first stop is a link that skips to the content', async () => {
  await page.goto(`${product.url}/catalog`)
  await page.getByRole('heading', { level: 1 }).waitFor()
  await page.keyboard.press('Tab')
  expect(await focused()).toBe('Skip to the content')
  await page.keyboard.press('Enter')
  await tabTo(/Search by name or purpose/)
})

test('the focus can be seen wherever it is', async () => {
  await tabTo(/Category/)
  const outline = () =>
    page.evaluate(() => {
      const { outlineStyle, outlineWidth } = getComputedStyle(
        document.activeElement ?? document.body,
      )
      return `${outlineStyle} ${outlineWidth}`
    })
  expect(await outline()).toBe('solid 3px')
  await page.keyboard.press('Shift+Tab')
  expect(await outline()).toBe('solid 3px')
})

test('an app is deployed with the keyboard alone', async () => {
  await tabTo(/^Qdrant$/)
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { level: 1, name: 'Qdrant' }).waitFor()
  await tabTo(/Deploy Qdrant/)
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: 'Name and place' }).waitFor()

  // A form with an answer missing goes nowhere, and the focus goes to what is missing.
  await tabTo(/^Next$/)
  await page.keyboard.press('Enter')
  await expect.poll(focused).toContain('Namespace')
  await page.getByText('Give an answer here.').waitFor()

  await tabTo(/New namespace/)
  await page.keyboard.press('Enter')
  await tabTo(/Name of the new namespace/)
  await page.keyboard.type('keys')
  await page.keyboard.press('Enter')
  await expect.poll(() => page.getByLabel('Namespace', { exact: true }).inputValue()).toBe('keys')

  for (const step of ['Settings', 'Secrets', 'Review']) {
    await tabTo(/^Next$/)
    await page.keyboard.press('Enter')
    await expect.poll(focused).toContain(step)
  }
  await page.getByText('All rules are met').waitFor()
  await tabTo(/^Deploy$/)
  await page.keyboard.press('Space')
  await page.waitForURL('**/deployments/keys/qdrant')
  await page.getByText('Ready (simulated)', { exact: true }).first().waitFor({ timeout: 120_000 })
})

test('what changes is said to who cannot see it, and leaves the focus alone', async () => {
  await tabTo(/^Restart$/)
  await page.keyboard.press('Enter')
  await page.getByRole('dialog').waitFor()
  await tabTo(/^Restart$/)
  await page.keyboard.press('Enter')
  await page.getByRole('dialog').waitFor({ state: 'detached' })
  const said = page.locator('[aria-live=polite]')
  await said
    .getByText('Restart: done. Ready (simulated)')
    .waitFor({ state: 'attached', timeout: 90_000 })
  expect(await focused()).toBe('Restart')
})

test('a dialog holds the focus, closes on Escape and gives the focus back', async () => {
  await tabTo(/^Delete$/)
  await page.keyboard.press('Enter')
  await page.getByRole('dialog', { name: 'Delete qdrant' }).waitFor()
  await tabTo(/Type qdrant to confirm/)
  await page.keyboard.type('qdrant')
  await page.keyboard.press('Escape')
  await page.getByRole('dialog').waitFor({ state: 'detached' })
  expect(await focused()).toBe('Delete')
})

test('what was filled in survives a reload, a broken connection and another language', async () => {
  await page.goto(`${product.url}/deploy/new?app=ollama`)
  await page.getByLabel('Name', { exact: true }).fill('my-models')
  await page.reload()
  await expect.poll(() => page.getByLabel('Name', { exact: true }).inputValue()).toBe('my-models')
  await page.getByRole('button', { name: 'NL – Nederlands' }).click()
  expect(await page.getByLabel('Naam', { exact: true }).inputValue()).toBe('my-models')
  await page.getByLabel('Namespace', { exact: true }).selectOption('keys')
  for (const step of ['settings', 'secrets']) {
    await page.getByRole('button', { name: 'Verder' }).click()
    await page.waitForURL(`**step=${step}`)
  }
  await page.context().setOffline(true)
  await page.getByRole('button', { name: 'Verder' }).click()
  await page.getByRole('alert').getByText('Kade is niet bereikbaar').waitFor()
  await page.context().setOffline(false)
  await page.getByRole('alert').getByRole('button', { name: 'Opnieuw proberen' }).click()
  await page.getByText('keys/my-models').waitFor()
  await page.getByText('Draait op').waitFor()
})
