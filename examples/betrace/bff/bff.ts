import { z } from 'zod'
import { defineApp } from '#kit/define-app.ts'
import { need } from '#kit/needs.ts'
import { provided } from '#kit/secrets.ts'
import { logLevel } from '../log-level.ts'

const healthy = { path: '/health', port: 'http' } as const

/** What the browser of BeTrace talks to: signs people in, keeps their sessions, and asks the backend for everything else. */
export const bff = defineApp({
  info: {
    id: 'betrace-bff',
    name: 'BeTrace for browsers',
    version: '1.0.0',
    category: 'observability',
    description: {
      en: 'The web side of BeTrace, which says what broke a rule over traces.',
      nl: 'De webkant van BeTrace, dat zegt wat een regel over traces brak.',
    },
  },
  image: 'registry.example/betrace/bff:1.0.0',
  ports: { http: 8080 },
  expose: 'http',
  settings: z.strictObject({ logLevel }),
  needs: { backend: need('betrace-api') },
  secrets: {
    databaseUrl: provided({
      title: { en: 'Address of the session database', nl: 'Adres van de sessiedatabase' },
      description: {
        en: 'A whole connection string, with user and password.',
        nl: 'Een volledige connection string, met gebruiker en wachtwoord.',
      },
    }),
  },
  health: { startup: healthy, ready: { path: '/ready', port: 'http' }, live: healthy },
  scratch: { tmp: { mount: '/tmp', size: '64Mi' } },
  resources: {
    requests: { cpu: '100m', memory: '128Mi' },
    limits: { cpu: '500m', memory: '256Mi' },
  },
  runAs: 1000,
  readyWithin: 120,
  env: ({ settings, needs, secrets, ports }) => ({
    PORT: ports.http,
    LOG_LEVEL: settings.logLevel,
    DATABASE_URL: secrets.databaseUrl,
    BACKEND_URL: needs.backend.url,
    BACKEND_TOKEN: needs.backend.key,
  }),
})
