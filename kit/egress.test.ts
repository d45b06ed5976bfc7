import { expect, test } from 'vitest'
import { z } from 'zod'
import { defineApp } from './define-app.ts'

const text = { en: 'A', nl: 'A' }
const check = { path: '/health', port: 'http' } as const
const app = defineApp({
  info: { id: 'sample', name: 'Sample', version: '1.0.0', category: 'test', description: text },
  image: 'registry.example/sample:1.0.0',
  ports: { http: 8080 },
  settings: z.strictObject({ offline: z.boolean().default(false) }),
  health: { startup: check, ready: check, live: check },
  resources: {
    requests: { cpu: '100m', memory: '128Mi' },
    limits: { cpu: '1', memory: '256Mi' },
  },
  runAs: 1000,
  readyWithin: 60,
  egress: [
    { to: 'internet-https', because: 'It reports the weather.' },
    { to: 'internet-https', because: 'It downloads.', when: ({ offline }) => !offline },
  ],
  env: () => ({}),
})

const open = (settings: Record<string, unknown>) => app.egress(settings).map(each => each.because)

test('declares every way out as data, and marks what a setting closes', () => {
  expect(app.network.egress).toEqual([
    { to: 'internet-https', because: 'It reports the weather.' },
    { to: 'internet-https', because: 'It downloads.', bySetting: true },
  ])
})

test('opens what the settings have a use for, with the defaults of those that are not given', () => {
  expect(open({})).toEqual(['It reports the weather.', 'It downloads.'])
  expect(open({ offline: true })).toEqual(['It reports the weather.'])
})

test('opens nothing for settings that are not valid', () => {
  expect(open({ offline: 'yes' })).toEqual([])
})
