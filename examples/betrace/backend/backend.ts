import { z } from 'zod'
import { defineApp } from '#kit/define-app.ts'
import { question } from '#kit/question.ts'
import { generated } from '#kit/secrets.ts'
import { logLevel } from '../log-level.ts'

const healthy = { path: '/health', port: 'http' } as const

/** The heart of BeTrace: takes traces in, holds them against the rules, and answers what broke one. */
export const backend = defineApp({
  info: {
    id: 'betrace-backend',
    name: 'BeTrace backend',
    version: '1.0.0',
    category: 'observability',
    description: {
      en: 'Holds traces against rules and keeps what broke one.',
      nl: 'Houdt traces tegen regels en bewaart wat er een brak.',
    },
  },
  image: 'registry.example/betrace/backend:1.0.0',
  ports: { http: 8080 },
  settings: z.strictObject({
    logLevel,
    retentionDays: question(z.int().min(1).max(365).default(30), {
      title: { en: 'Days that traces are kept', nl: 'Dagen dat traces worden bewaard' },
      help: {
        en: 'Older ones are removed; a broken rule stays on record.',
        nl: 'Oudere worden verwijderd; een gebroken regel blijft vastgelegd.',
      },
    }),
  }),
  secrets: {
    apiToken: generated({ title: { en: 'Token of the API', nl: 'Token van de API' } }),
  },
  provides: [{ capability: 'betrace-api', port: 'http', path: '/api', secret: 'apiToken' }],
  health: { startup: healthy, ready: { path: '/ready', port: 'http' }, live: healthy },
  scratch: { tmp: { mount: '/tmp', size: '256Mi' } },
  resources: {
    requests: { cpu: '250m', memory: '256Mi' },
    limits: { cpu: '1', memory: '512Mi' },
  },
  runAs: 1000,
  readyWithin: 180,
  env: ({ settings, secrets, ports }) => ({
    PORT: ports.http,
    LOG_LEVEL: settings.logLevel,
    RETENTION_DAYS: settings.retentionDays,
    API_TOKEN: secrets.apiToken,
  }),
})
