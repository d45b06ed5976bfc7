import type { Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { adminOf } from '#tests/support/deployments.ts'
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
  const ingress = { host: 'vectors.example.org' }
  await client.createDeployment({ body: { app: 'qdrant', ...params, ingress } })
  await operationSucceeds(product.client, params)
  browser = await openChromium()
  page = browser.page
  await page.goto(product.signIn)
  await page.getByRole('heading', { level: 1, name: 'My apps' }).waitFor()
})
afterAll(async () => {
  await browser?.close()
  await product?.stop()
})

const button = (name: string) => page.getByRole('button', { name, exact: true })

const stepButton = (name: string) =>
  page.getByRole('navigation', { name: 'Steps' }).getByRole('button', { name })

/** The field has the focus, and says itself that it is wrong and why. */
async function isRefused(field: Locator): Promise<void> {
  await expect.poll(() => field.evaluate(one => one === document.activeElement)).toBe(true)
  expect(await field.getAttribute('aria-invalid')).toBe('true')
  const told = await field.evaluate(one =>
    (one.getAttribute('aria-describedby') ?? '')
      .split(' ')
      .map(id => document.getElementById(id)?.textContent)
      .join(' '),
  )
  expect(told).toContain('Kade says: looks like a secret')
}

async function next(step: string) {
  await button('Next').click()
  await page.waitForURL(`**step=${step}`)
}

test('a name that is taken is said at once, and a free one was proposed', async () => {
  await page.goto(`${product.url}/deploy/new?app=qdrant`)
  await page.getByLabel('Namespace', { exact: true }).selectOption('lab')
  await page.getByLabel('Name', { exact: true }).fill('vectors')
  await button('Next').click()
  await page.getByText('vectors exists already in this namespace. Choose another name.').waitFor()
  await page.getByLabel('Name', { exact: true }).fill('greedy')
})

test('a policy says what, why and how, and its fix is one click that shows its difference', async () => {
  await next('settings')
  await page.getByText('Size and address').click()
  // Near enough to what the fix makes of the most.
  await page.getByLabel('Memory, at least').fill('8Gi')
  await page.getByLabel('Memory, at most').fill('900Gi')
  await next('secrets')
  await next('review')
  await page.getByText('This cannot be deployed yet').waitFor()
  expect(await button('Deploy').isDisabled()).toBe(true)
  const finding = page.getByRole('article').filter({ hasText: 'Stops it' })
  await finding.getByText('An app without limits can take what its neighbours need.').waitFor()
  const difference = finding.getByRole('list', { name: 'This would change' })
  expect(await difference.textContent()).toMatch(/resources\.limits\.memory\s*900Gi\s*\S+/)
  await finding.getByRole('button', { name: 'Do this for me' }).click()
  await page.getByText('All rules are met').waitFor()
  expect(await button('Deploy').isEnabled()).toBe(true)
})

test('a secret among the environment variables is refused beside its field, and nothing typed is lost', async () => {
  await stepButton('Settings').click()
  await page.getByText('Environment variables').click()
  await button('Add a variable').click()
  await page.getByLabel('Name of variable 1').fill('API_TOKEN')
  await page.getByLabel('Value of API_TOKEN').fill('sk-abcdef0123456789abcdef0123456789')
  await next('secrets')
  await next('review')
  const summary = page.getByRole('region', { name: 'Some answers are not right yet' })
  await summary.getByRole('button', { name: 'Environment variable API_TOKEN' }).click()
  await page.waitForURL('**step=settings')
  await isRefused(page.getByLabel('Name of variable 1'))
  expect(await page.getByLabel('Name of variable 1').inputValue()).toBe('API_TOKEN')
})

test('what was said of a field goes when its answer is another, and its part of the form stays open', async () => {
  const field = page.getByLabel('Name of variable 1')
  await field.fill('API_LEVEL')
  await expect.poll(() => field.getAttribute('aria-invalid')).toBeNull()
  expect(await field.isVisible()).toBe(true)
})

test('an address where nothing answers, because it is simulated, says so wherever it can be followed', async () => {
  await page.goto(`${product.url}/dashboard`)
  const row = page.getByRole('article').filter({ hasText: 'vectors' })
  await row.getByText('simulated, nothing answers').waitFor()
  await page.goto(`${product.url}/deployments/lab/vectors`)
  const facts = page.getByRole('complementary', { name: 'Facts' })
  await facts.getByText('Nothing answers at this address').waitFor()
  const open = page.getByRole('link', { name: /^Open/ })
  expect(await open.getAttribute('aria-describedby')).toBe('nothing-answers')
  await page.locator('#nothing-answers').waitFor()
})

test('a refused change of a configuration leads to the first field that is wrong', async () => {
  await page.goto(`${product.url}/deployments/lab/vectors/edit`)
  await page.getByText('Environment variables').click()
  await button('Add a variable').click()
  await page.getByLabel('Name of variable 1').fill('DB_PASSWORD')
  await page.getByLabel('Value of DB_PASSWORD').fill('correct horse battery staple')
  await button('See what would change').click()
  await isRefused(page.getByLabel('Name of variable 1'))
  const outcome = page.getByRole('region', { name: 'What would happen' })
  await page.getByLabel('Value of DB_PASSWORD').focus()
  await outcome.getByRole('button', { name: 'Environment variable DB_PASSWORD' }).click()
  await isRefused(page.getByLabel('Name of variable 1'))
})

test('a change decided on an old version is refused, and can be put on the newest', async () => {
  await page.goto(`${product.url}/deployments/lab/vectors/edit`)
  await page.getByText('More settings').click()
  await page.getByLabel('Detail of the logs').selectOption('Everything')
  const { etag } = await product.client.readDeployment({ params })
  const body = { settings: { payloadOnDisk: false }, reason: 'somebody else' }
  await product.client.updateDeployment({ params, body, ifMatch: etag })
  await operationSucceeds(product.client, params)
  await button('See what would change').click()
  await button('Save and apply').click()
  const alert = page.getByRole('alert')
  await alert.getByRole('button', { name: 'Take the newest version, keep what I typed' }).click()
  expect(await page.getByLabel('Detail of the logs').locator('option:checked').textContent()).toBe(
    'Everything',
  )
  const mine = page.getByRole('list', { name: 'Your changes' })
  expect(await mine.getByRole('listitem').count()).toBe(1)
  await button('See what would change').click()
  await button('Save and apply').click()
  await page.getByRole('region', { name: 'Last action' }).getByText('Change: done').waitFor()
  const { desired } = await product.client.readDeployment({ params })
  expect(desired.settings).toMatchObject({ logLevel: 'DEBUG', payloadOnDisk: false })
})

/** Somebody changes how many pods there are, past Kade. */
async function scaledByHand(replicas: number): Promise<void> {
  const admin = await adminOf(product.home)
  const object = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { namespace: 'lab', name: 'vectors' },
  }
  const manager = 'kubectl-edit'
  await admin.apply({ ...object, spec: { replicas } }, { manager, force: true })
  await admin.close()
}

const outcome = () => page.getByRole('region', { name: 'What would happen' })
const fieldsOf = (whose: RegExp) => outcome().getByRole('list', { name: whose })

test('a preview tells what somebody changed by hand apart from what you change', async () => {
  await scaledByHand(2)
  await page.goto(`${product.url}/deployments/lab/vectors/edit`)
  await page.getByText('More settings').click()
  await page.getByLabel('Detail of the logs').selectOption('Warnings only')
  await button('See what would change').click()
  await outcome().getByText('Somebody changed something by hand').waitFor()
  await outcome().getByText('Technical details of Deployment').click()
  const byHand = fieldsOf(/Somebody changed this by hand; deploying puts it back/)
  expect(await byHand.textContent()).toMatch(/Copies.*2.*1.*Changed by kubectl-edit/)
  expect(await fieldsOf(/You change this$/).textContent()).toMatch(/DEBUG.*WARN/)
})

test('what was previewed and holds no more is not applied, and can be looked at again', async () => {
  await scaledByHand(3)
  await button('Save and apply').click()
  const last = page.getByRole('region', { name: 'Last action' })
  await last.getByText('Something changed in the cluster after the preview').waitFor()
  await last.getByRole('link', { name: 'Look at the change again' }).click()
  await outcome().getByText('Technical details of Deployment').click()
  expect(await fieldsOf(/Somebody changed this by hand/).textContent()).toMatch(/Copies.*3.*1/)
  expect(await page.getByLabel('Detail of the logs').locator('option:checked').textContent()).toBe(
    'Warnings only',
  )
  await button('Save and apply').click()
  await last.getByText('Change: done').waitFor()
})

test('a deployment asked for on an old preview is refused, keeps what was typed and shows the new one', async () => {
  // What was filled in above is another wish.
  await page.evaluate(() => sessionStorage.removeItem('kade-draft'))
  await page.goto(`${product.url}/deploy/new?app=qdrant`)
  await page.getByLabel('Namespace', { exact: true }).selectOption('lab')
  await page.getByLabel('Name', { exact: true }).fill('late')
  await next('settings')
  await next('secrets')
  await next('review')
  await page.getByLabel(/^Why/).fill('for the demonstration')
  await page.getByText('All rules are met').waitFor()
  // As if the app had changed in the catalogue since: the preview that is sent is of something else.
  const doors = /\/deployments$/
  await page.route(doors, async route => {
    const body = route.request().postDataJSON()
    await route.continue({ postData: { ...body, preview: `${'0'.repeat(32)}-${'0'.repeat(32)}` } })
  })
  await button('Deploy').click()
  await page.getByRole('alert').getByText('Something changed since you looked').waitFor()
  await page.unroute(doors)
  expect(await page.getByLabel(/^Why/).inputValue()).toBe('for the demonstration')
  await button('Deploy').click()
  await page.waitForURL('**/deployments/lab/late')
})

test('nothing on the way broke the Content-Security-Policy or went uncaught', () => {
  expect(browser.complaints).toEqual([])
})
