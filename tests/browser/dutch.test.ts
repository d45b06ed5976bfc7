import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Browser, openChromium } from './chromium.ts'
import { narrowInCluster, operationSucceeds, prepareNamespace } from './lay-ready.ts'
import { type Product, startProduct } from './product.ts'

let product: Product
let browser: Browser
let page: Page

const served = { namespace: 'lab', name: 'vectors' }
/** More than the cluster allows the namespace: no pod can be made. */
const greedy = { requests: { cpu: '8' }, limits: { cpu: '8' } }

beforeAll(async () => {
  product = await startProduct()
  browser = await openChromium()
  page = browser.page
  await page.goto(product.signIn)
  await page.getByRole('heading', { level: 1, name: 'Catalogue' }).waitFor()
  await page.getByRole('button', { name: 'NL – Nederlands' }).click()
  const { client } = product
  await prepareNamespace(client, 'lab')
  await client.createDeployment({ body: { app: 'qdrant', ...served } })
  await operationSucceeds(client, served)
})
afterAll(async () => {
  await browser?.close()
  await product?.stop()
})

const main = () => page.getByRole('main').textContent()
const english = /\b(ready|pods? of|cluster says|simulated|is not|of the)\b/i

test('a deployment that serves says why it is healthy in Dutch, as do its objects', async () => {
  await page.goto(`${product.url}/deployments/lab/vectors`)
  await page.getByText('1 van 1 pods gereed (gesimuleerd)', { exact: true }).waitFor()
  expect(await main()).not.toMatch(english)
  await page.goto(`${product.url}/deployments/lab/vectors/objects`)
  await page.getByText('Gereed (gesimuleerd)', { exact: true }).first().waitFor()
  expect(await main()).not.toMatch(english)
})

test('one that fails says so in Dutch and quotes the cluster in its own words', async () => {
  await narrowInCluster(product.home, 'lab', '4')
  const body = { app: 'qdrant', namespace: 'lab', name: 'greedy', resources: greedy }
  await product.client.createDeployment({ body })
  await page.goto(`${product.url}/deployments/lab/greedy`)
  const notice = page.getByText(/^Het quotum van de namespace is op\. Het cluster zegt: “/)
  await notice.first().waitFor({ timeout: 60_000 })
  // What stands between the quotation marks is the cluster's.
  expect((await main())?.replace(/“[^”]*”/g, '')).not.toMatch(english)
})

test('what is wrong with an answer is said in Dutch', async () => {
  const env = { API_TOKEN: 'sk-abcdef0123456789abcdef0123456789' }
  const { violations } = await product.client.previewDeployment({
    body: { app: 'qdrant', namespace: 'lab', name: 'other', env, settings: { logLevel: 5 } },
  })
  const told = violations.map(({ pointer, detail }) => `${pointer} ${detail.nl}`)
  expect(told.join('\n')).toMatch(/\/settings\/logLevel moet een van deze zijn: /)
  expect(told.join('\n')).toMatch(/\/env\/API_TOKEN lijkt een geheim/)
})
