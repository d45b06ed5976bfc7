import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { foreignModule } from '#tests/support/foreign-module.ts'
import { violationsOf } from './axe.ts'
import { type Browser, openChromium } from './chromium.ts'
import { narrowInCluster, operationSucceeds, prepareNamespace } from './lay-ready.ts'
import { type Product, startProduct } from './product.ts'

let product: Product
let browser: Browser
let page: Page

const texts = {
  en: {
    next: 'Next',
    delete: 'Delete',
    deleteAll: 'Delete all',
    restart: 'Restart',
    back: 'Roll back to 1',
    findings: 'Findings',
    variable: 'Environment variable API_TOKEN',
    memory: 'Memory, at most',
    check: 'See what would change',
  },
  nl: {
    next: 'Verder',
    delete: 'Verwijderen',
    deleteAll: 'Alles verwijderen',
    restart: 'Herstarten',
    back: 'Terug naar 1',
    findings: 'Bevindingen',
    variable: 'Omgevingsvariabele API_TOKEN',
    memory: 'Geheugen, hoogstens',
    check: 'Bekijk wat er zou veranderen',
  },
} as const
type Language = keyof typeof texts
const looks = [
  ['en', 'light'],
  ['en', 'dark'],
  ['nl', 'light'],
  ['nl', 'dark'],
] as const

beforeAll(async () => {
  product = await startProduct()
  await deployTwoRevisions()
  await bringFromOutside()
  browser = await openChromium()
  page = browser.page
  await page.goto(product.signIn)
  await page.getByRole('heading', { level: 1, name: 'My apps' }).waitFor()
})
afterAll(async () => {
  await browser?.close()
  await product?.stop()
})

const params = { namespace: 'lab', name: 'vectors' }

/** A namespace with a deployment that has something to go back to. */
async function deployTwoRevisions() {
  const { client } = product
  await prepareNamespace(client, params.namespace)
  await client.createDeployment({ body: { app: 'qdrant', ...params } })
  await operationSucceeds(client, params)
  const { etag } = await client.readDeployment({ params })
  const ingress = { host: 'vectors.example.org' }
  const body = { settings: { logLevel: 'DEBUG' }, ingress, reason: 'to look closer' }
  await client.updateDeployment({ params, body, ifMatch: etag })
  await operationSucceeds(client, params)
  await compose()
  const measured = async () => (await client.readMetrics({ params })).available
  await vi.waitUntil(measured, { timeout: 120_000, interval: 500 })
}

async function bringFromOutside() {
  const notes = await foreignModule('notes')
  await product.client.addApp({ body: await notes.body() })
  await notes.remove()
}

/** Two apps, of which the second waits for the first, and that one never fits into what the cluster has left. */
async function compose() {
  const cpu = '8'
  await narrowInCluster(product.home, params.namespace, '4')
  const resources = { requests: { cpu }, limits: { cpu } }
  const members = [
    { name: 'chat', app: 'open-webui' },
    { name: 'models', app: 'ollama', resources },
  ]
  const body = { namespace: params.namespace, name: 'assistant', members }
  await product.client.createComposition({ body })
}

async function look(language: Language, theme: string) {
  const choices = { 'kade-language': language, 'kade-theme': theme }
  await page.evaluate(wanted => {
    for (const [key, value] of Object.entries(wanted)) localStorage.setItem(key, value)
  }, choices)
}

async function open(path: string) {
  await page.goto(product.url + path)
  await settle()
}

async function settle() {
  await page.locator('h1').first().waitFor()
  await page.getByText(/^(Loading|Laden)…$/).waitFor({ state: 'hidden' })
}

const addresses = [
  '/catalog',
  '/catalog?q=nothing-like-it',
  '/catalog/qdrant',
  '/catalog/open-webui',
  '/catalog/notes',
  '/catalog/no-such-app',
  '/dashboard',
  '/dashboard?q=nothing-like-it',
  '/clusters',
  '/worker-credentials',
  '/compliance',
  '/approvals',
  '/quotas',
  '/audit',
  '/dead-letters',
  '/notifications',
  '/operations',
  '/operations?state=cancelled',
  '/webhooks',
  '/deployments/lab/vectors',
  '/deployments/lab/vectors/edit',
  '/deployments/lab/vectors/logs',
  '/deployments/lab/vectors/objects',
  '/deployments/lab/vectors/history',
  '/deployments/lab/not-there',
  '/deployments/lab/chat',
  '/compositions/lab/assistant',
  '/compositions/lab/not-there',
  '/no-such-page',
]

test.each(looks)('axe finds nothing on any page, in %s and %s', async (language, theme) => {
  await look(language, theme)
  for (const address of addresses) {
    await open(address)
    expect(await page.locator('html').getAttribute('lang'), address).toBe(language)
    expect(await page.locator('html').getAttribute('class'), address).toContain(theme)
    expect(await violationsOf(page), address).toEqual([])
  }
})

test.each(looks)(
  'axe finds nothing in the wizard and the dialogs, in %s and %s',
  async (...given) => {
    const [language, theme] = given
    const words = texts[language]
    const button = (name: string) => page.getByRole('button', { name, exact: true })
    await look(language, theme)
    await page.evaluate(() => sessionStorage.clear())
    await open('/deploy/new')
    expect(await violationsOf(page), 'choosing').toEqual([])
    await open('/deploy/new?app=open-webui')
    await button(words.next).click()
    expect(await violationsOf(page), 'answers missing').toEqual([])
    await open('/deploy/new?app=qdrant')
    await page.locator('select').first().selectOption('lab')
    for (const step of ['settings', 'secrets', 'review']) {
      await button(words.next).click()
      await page.waitForURL(`**step=${step}`)
      if (step === 'review') await page.locator('dl').first().waitFor()
      for (const fold of await page.locator('details summary').all()) await fold.click()
      expect(await violationsOf(page), step).toEqual([])
    }
    for (const [address, name] of [
      ['/deployments/lab/vectors', words.restart],
      ['/deployments/lab/vectors', words.delete],
      ['/deployments/lab/vectors/history', words.back],
      ['/compositions/lab/assistant', words.deleteAll],
    ] as const) {
      await open(address)
      await button(name).first().click()
      await page.getByRole('dialog').waitFor()
      expect(await violationsOf(page), name).toEqual([])
    }
  },
)

test.each(looks)('axe finds nothing where answers are refused, in %s and %s', async (...given) => {
  const [language, theme] = given
  const words = texts[language]
  const button = (name: string) => page.getByRole('button', { name, exact: true })
  await look(language, theme)
  await page.evaluate(() => {
    const env = { API_TOKEN: 'sk-abcdef0123456789abcdef0123456789' }
    const draft = { app: 'qdrant', namespace: 'lab', name: 'greedy', env }
    sessionStorage.setItem('kade-draft', JSON.stringify(draft))
  })
  await open('/deploy/new?step=review')
  await button(words.variable).waitFor()
  expect(await violationsOf(page), 'summary').toEqual([])
  await button(words.variable).click()
  await page.locator('[aria-invalid=true]').waitFor()
  expect(await violationsOf(page), 'field').toEqual([])
  await open('/deployments/lab/vectors/edit')
  // Folded as it is, it stands in the page once the form does.
  await page.getByLabel(words.memory).waitFor({ state: 'attached' })
  for (const fold of await page.locator('details summary').all()) await fold.click()
  await page.getByLabel(words.memory).fill('3Gi')
  await button(words.check).click()
  await page.locator('#outcome').waitFor()
  for (const fold of await page.locator('#changes ~ ul summary').all()) await fold.click()
  expect(await violationsOf(page), 'outcome of a change').toEqual([])
})

test('the way in is as good, also for who has no link', async () => {
  const other = await openChromium()
  try {
    await other.page.goto(`${product.url}/sign-in`)
    await other.page.locator('h1').waitFor()
    expect(await violationsOf(other.page)).toEqual([])
    await other.page.goto(`${product.url}/sign-in#token=${'x'.repeat(30)}`)
    await other.page.getByRole('alert').waitFor()
    expect(await violationsOf(other.page)).toEqual([])
  } finally {
    await other.close()
  }
})

test('every page fits a narrow screen without scrolling sideways', async () => {
  await page.setViewportSize({ width: 320, height: 640 })
  await look('nl', 'light')
  for (const address of addresses) {
    await open(address)
    const over = await page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    )
    expect(over, address).toBeLessThanOrEqual(0)
  }
})

test('nothing on the way broke the Content-Security-Policy or went uncaught', () => {
  expect(browser.complaints).toEqual([])
})

test('these audits see a fault where there is one', async () => {
  await open('/clusters')
  await page.evaluate(() => {
    const picture = document.createElement('img')
    picture.src = '/icon.svg'
    const style = document.createElement('style')
    style.textContent = 'body { color: red }'
    document.querySelector('main')?.append(picture, style)
  })
  expect((await violationsOf(page)).join()).toContain('image-alt')
  await expect.poll(() => browser.complaints.splice(0).join()).toContain('style-src')
})
