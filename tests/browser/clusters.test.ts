import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { violationsOf } from './axe.ts'
import { type Browser, openChromium } from './chromium.ts'
import { operationSucceeds, prepareNamespace } from './lay-ready.ts'
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
  await prepareNamespace(product.client, 'lab')
  const vectors = { namespace: 'lab', name: 'vectors' }
  await product.client.createDeployment({ body: { app: 'qdrant', ...vectors } })
  await operationSucceeds(product.client, vectors)
})
afterAll(async () => {
  await browser?.close()
  await product?.stop()
})

const button = (name: string) => page.getByRole('button', { name })
const field = (name: string) => page.getByRole('textbox', { name })
const credential = (name: string) => page.getByRole('article', { name, exact: true })
const cluster = (name: string) =>
  page.getByRole('article').filter({ has: page.getByRole('heading', { name, exact: true }) })

test('a person makes a credential for a worker elsewhere, and sees its token once', async () => {
  await page.getByRole('link', { name: 'Clusters' }).click()
  await page.getByRole('link', { name: 'Workers elsewhere' }).click()
  await page.getByRole('heading', { name: 'No worker elsewhere' }).waitFor()
  expect(await violationsOf(page)).toEqual([])
  await button('New credential').click()
  await button('Make it').click()
  await page.getByText('Name at least one cluster').waitFor()
  await field('Name').fill('paris')
  await field('Clusters').fill('paris')
  await field('Region').fill('fr-par')
  await field('Law that applies').fill('FRANCE')
  await button('Make it').click()
  await page.getByText('A country in two capitals, such as FR, or EU.').waitFor()
  expect(await violationsOf(page)).toEqual([])
  await field('Law that applies').fill('FR')
  await button('Make it').click()
  await page.getByRole('heading', { name: 'The token of paris' }).waitFor()
  const token = await page.getByText(/^kade_worker_[\w-]{43}$/).textContent()
  expect(await violationsOf(page)).toEqual([])
  await button('I have kept it').click()
  await page.reload()
  await credential('paris').getByText('not yet').waitFor()
  expect(await page.locator('body').textContent()).not.toContain(token)
  const { items } = await product.client.listClusters({})
  expect(items.find(one => one.name === 'paris')).toMatchObject({
    region: 'fr-par',
    jurisdiction: 'FR',
  })
})

test('it is replaced by another, which is good beside it, and revoked with a question', async () => {
  await credential('paris').getByRole('button', { name: 'Replace' }).click()
  await page.getByText('Both are good until you revoke paris.').waitFor()
  expect(await field('Clusters').inputValue()).toBe('paris')
  await field('Name').fill('paris-2')
  await button('Make it').click()
  await button('I have kept it').click()
  await credential('paris').getByText('Good', { exact: true }).waitFor()
  await credential('paris-2').getByText('Good', { exact: true }).waitFor()
  await credential('paris').getByRole('button', { name: 'Revoke' }).click()
  const dialog = page.getByRole('dialog', { name: 'Revoke paris?' })
  expect(await violationsOf(page)).toEqual([])
  await dialog.getByRole('button', { name: 'Revoke' }).click()
  await credential('paris').getByText('Revoked', { exact: true }).waitFor()
  expect(await credential('paris').getByRole('button').count()).toBe(0)
  await credential('paris-2').getByText('Good', { exact: true }).waitFor()
})

test('a cluster is emptied and detached only after it was said what moves and what stays', async () => {
  await page.getByRole('link', { name: 'Clusters' }).click()
  const amsterdam = cluster('amsterdam')
  await amsterdam.getByRole('button', { name: 'Empty this cluster' }).click()
  const emptying = page.getByRole('dialog', { name: 'Empty amsterdam?' })
  await emptying.getByText('lab/vectors:').waitFor()
  expect(await violationsOf(page)).toEqual([])
  await emptying.getByRole('button', { name: 'Cancel' }).click()
  await amsterdam.getByRole('button', { name: 'Detach' }).click()
  const detaching = page.getByRole('dialog', { name: 'Detach amsterdam?' })
  await detaching.getByText('lab/vectors:').waitFor()
  await detaching.getByRole('button', { name: 'Detach' }).click()
  await detaching.getByText('Type amsterdam, or empty the cluster first.').waitFor()
  expect(await violationsOf(page)).toEqual([])
  await detaching.getByRole('textbox').fill('amsterdam')
  await detaching.getByRole('button', { name: 'Detach' }).click()
  await detaching.getByText('A worker serves amsterdam still').waitFor()
  await detaching.getByRole('button', { name: 'Cancel' }).click()
  expect((await product.client.listClusters({})).items).toHaveLength(2)
})

test('a cluster on which nothing stands goes at once; axe finds nothing in Dutch and in the dark', async () => {
  await page.evaluate(() => {
    localStorage.setItem('kade-language', 'nl')
    localStorage.setItem('kade-theme', 'dark')
  })
  await page.goto(`${product.url}/worker-credentials`)
  await credential('paris-2').getByText('Geldig', { exact: true }).waitFor()
  expect(await violationsOf(page)).toEqual([])
  await page.goto(`${product.url}/clusters`)
  await cluster('paris').getByRole('button', { name: 'Ontkoppelen' }).click()
  const dialog = page.getByRole('dialog', { name: 'paris ontkoppelen?' })
  await dialog.getByText('Er staat niets op.').waitFor()
  expect(await violationsOf(page)).toEqual([])
  await dialog.getByRole('button', { name: 'Ontkoppelen' }).click()
  await cluster('paris').waitFor({ state: 'detached' })
  expect((await product.client.listClusters({})).items.map(one => one.name)).toEqual(['amsterdam'])
  expect(browser.complaints).toEqual([])
})
