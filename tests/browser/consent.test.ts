import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { adminOf } from '#tests/support/deployments.ts'
import { violationsOf } from './axe.ts'
import { type Browser, openChromium } from './chromium.ts'
import { operationSucceeds, prepareNamespace } from './lay-ready.ts'
import { type Product, startProduct } from './product.ts'

let product: Product
let browser: Browser
let page: Page
const params = { namespace: 'lab', name: 'vectors' }

beforeAll(async () => {
  product = await startProduct()
  const { client } = product
  await prepareNamespace(client, params.namespace)
  const admin = await adminOf(product.home)
  const metadata = { name: 'vectors', namespace: 'lab' }
  const service = { apiVersion: 'v1', kind: 'Service', metadata, spec: { ports: [{ port: 80 }] } }
  await admin.apply(service, { manager: 'helm' })
  await admin.close()
  await client.createDeployment({ body: { app: 'qdrant', ...params } })
  const asks = async () =>
    (await client.readDeployment({ params })).operation.state === 'needs-approval'
  await vi.waitUntil(asks, { timeout: 60_000, interval: 200 })
  browser = await openChromium()
  page = browser.page
  await page.goto(product.signIn)
  await page.getByRole('heading', { level: 1, name: 'My apps' }).waitFor()
})
afterAll(async () => {
  await browser?.close()
  await product?.stop()
})

test('what an operation asks is listed, shown once more in a dialog, and done with consent', async () => {
  await page.goto(`${product.url}/deployments/lab/vectors`)
  const part = page.getByRole('region', { name: 'Last action' })
  await part.getByText('take over Service/vectors (kept by helm)').waitFor()
  await part.getByRole('button', { name: 'Look and consent' }).click()
  const dialog = page.getByRole('dialog', { name: 'Do you consent to this?' })
  await dialog.getByText("becomes the deployment's own").waitFor()
  expect(await violationsOf(page)).toEqual([])
  await dialog.getByRole('button', { name: 'Cancel' }).click()
  await dialog.waitFor({ state: 'hidden' })
  await part.getByRole('button', { name: 'Look and consent' }).click()
  await dialog.getByRole('button', { name: 'I consent' }).click()
  await dialog.waitFor({ state: 'hidden' })
  await operationSucceeds(product.client, params)
  await part.getByText('take over Service/vectors').waitFor({ state: 'detached' })
})
