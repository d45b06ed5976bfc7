import { fileURLToPath } from 'node:url'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { signInPath } from '#gateway/session-routes.ts'
import { type GatewayGround, gatewayGround, recordingPlatform } from '#tests/support/gateway.ts'
import { violationsOf } from './axe.ts'
import { type Browser, openChromium } from './chromium.ts'

const id = '1e4a0000-0000-4000-8000-000000000000'
const shown = `sha256:${'a'.repeat(64)}`
const finding = {
  ...{ policy: 'image-known', severity: 'deny', path: '/objects/0/spec', fix: null },
  title: { en: 'The image is known', nl: 'De image is bekend' },
  message: { en: 'It comes from elsewhere.', nl: 'Hij komt van elders.' },
  why: { en: 'Who looks after it is not known.', nl: 'Wie erop let is niet bekend.' },
  ...{ approver: 'security', exception: { state: 'possible' } },
}
const approval = {
  ...{ id, kind: 'exception', state: 'requested', team: 'a', namespace: 'ours' },
  ...{ deployment: 'vectors', policy: 'image-known', approver: 'security-officer' },
  ...{ reason: 'a rehearsal', until: '2027-02-26T12:00:00.000Z', decision: null, shown },
  expiresAt: '2026-12-05T12:00:00.000Z',
  requestedBy: { id: 'ada', name: 'Ada' },
  requestedAt: '2026-11-28T12:00:00.000Z',
}
const what = {
  kind: 'exception',
  request: { app: 'qdrant', settings: { language: 'nl' }, secrets: ['api-key'] },
  target: {
    ...{ app: 'qdrant', version: '1.2', namespace: 'ours', name: 'vectors', team: 'a' },
    ...{ environment: 'prod', clusters: ['amsterdam'] },
  },
  ...{ policy: 'image-known', findings: [finding], reason: 'a rehearsal', until: approval.until },
  changes: [{ apiVersion: 'v1', kind: 'Service', name: 'vectors', change: 'create' }],
  resources: { cpu: '1', memory: '1Gi', storage: '0' },
  ...{ requestedBy: 'ada', bundle: 'sha256:1', content: 'sha256:2' },
}
let mine: Record<string, unknown> = { mayDecide: true, mayWithdraw: false }
let decided: Record<string, unknown> = {}
const { platform, calls } = recordingPlatform({
  listApprovals: () => ({ items: [{ ...approval, ...decided }], next: null }),
  readApproval: () => ({ ...approval, what, mine, ...decided }),
  giveApproval: () => {
    const by = { id: 'sam', name: 'Sam' }
    const decision = { by, as: 'security-officer', at: '2026-11-28T12:30:00.000Z', alone: false }
    decided = { state: 'given', decision }
    mine = { mayDecide: false, mayWithdraw: true }
    return { ...approval, what, mine, ...decided }
  },
  listNotifications: () => ({ items: [], next: null, unread: 0 }),
})

let ground: GatewayGround
let browser: Browser
let page: Page
let url: string

beforeAll(async () => {
  ground = await gatewayGround()
  const portalDir = fileURLToPath(new URL('../../.output/public', import.meta.url))
  url = (await ground.start({ platform, portalDir })).url
  browser = await openChromium()
  page = browser.page
  await page.goto(url + signInPath(await ground.newLink()))
  await page.getByRole('navigation', { name: 'Main navigation' }).waitFor()
})
afterAll(async () => {
  await browser?.close()
  await ground?.stop()
})

test('somebody who may decide sees what is asked, and approves exactly that', async () => {
  await page.getByRole('link', { name: 'Approvals' }).click()
  await page.getByText('Exception to image-known for ours/vectors').waitFor()
  expect(await violationsOf(page)).toEqual([])
  await page.getByRole('link', { name: /Look at it/ }).click()
  await page.getByRole('heading', { level: 1, name: /Exception to image-known/ }).waitFor()
  await page.getByText('a rehearsal').waitFor()
  await page.getByText('What was asked, in full').click()
  await page.getByText('"api-key"').waitFor()
  expect(await violationsOf(page)).toEqual([])
  await page.getByRole('button', { name: 'Refuse' }).click()
  await page.getByText('Say why you refuse.').waitFor()
  expect(calls.some(call => call.route === 'refuseApproval')).toBe(false)
  await page.getByRole('button', { name: 'Approve exactly this' }).click()
  await page.getByText(/Decided by Sam as security officer/).waitFor()
  expect(calls.find(call => call.route === 'giveApproval')?.call).toMatchObject({
    params: { approval: id },
    body: { shown },
  })
})

test('who may not decide hears why, in Dutch and in the dark', async () => {
  decided = {}
  const why = { en: 'You asked for this.', nl: 'Je vroeg dit zelf.' }
  mine = { mayDecide: false, mayWithdraw: true, why }
  await page.evaluate(() => {
    localStorage.setItem('kade-language', 'nl')
    localStorage.setItem('kade-theme', 'dark')
  })
  await page.goto(`${url}/approvals/${id}`)
  await page.getByText('Jij kunt hier niet over beslissen. Je vroeg dit zelf.').waitFor()
  expect(await page.getByRole('button', { name: 'Precies dit goedkeuren' }).isDisabled()).toBe(true)
  expect(await violationsOf(page)).toEqual([])
  await page.goto(`${url}/approvals`)
  await page.getByText('Wacht op een beslissing').last().waitFor()
  expect(await violationsOf(page)).toEqual([])
})
