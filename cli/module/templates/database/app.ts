import { defineApp } from '#kit/define-app.ts'
import { generated } from '#kit/secrets.ts'
import { settings } from './settings.ts'

// By command: it speaks a protocol of its own, so no HTTP request tells how it is.
const answers = { command: ['pg_isready', '--host=127.0.0.1'] } as const

/** A stateful database: one copy that owns its disk, with a password that only apps which bind to it get. */
export const myApp = defineApp({
  info: {
    id: 'my-app',
    name: 'My app',
    version: '1.0.0',
    category: 'database',
    description: { en: 'What it does, in one sentence.', nl: 'Wat het doet, in één zin.' },
  },
  image: 'registry.example/my-app:1.0.0',
  args: ({ settings }) => ['-c', `max_connections=${settings.connections}`],
  ports: { postgres: 5432 },
  // Not exposed: an ingress speaks HTTP.
  settings,
  provides: [
    {
      capability: 'postgres',
      port: 'postgres',
      path: '',
      secret: 'password',
      connection: { protocol: 'postgresql', user: 'app', database: 'app' },
    },
  ],
  secrets: {
    password: generated({ title: { en: 'Password of the apps', nl: 'Wachtwoord van de apps' } }),
  },
  volumes: { data: { mount: '/var/lib/postgresql', size: ({ storage }) => storage } },
  scratch: {
    socket: { mount: '/var/run/postgresql', size: '16Mi' },
    tmp: { mount: '/tmp', size: '256Mi' },
  },
  health: { startup: answers, ready: answers, live: answers },
  resources: {
    requests: { cpu: '250m', memory: '512Mi' },
    limits: { cpu: '2', memory: '2Gi' },
  },
  runAs: 999,
  readyWithin: 300,
  // Seconds: it writes everything down before it ends.
  stopWithin: 90,
  env: ({ secrets }) => ({
    POSTGRES_USER: 'app',
    POSTGRES_DB: 'app',
    POSTGRES_PASSWORD: secrets.password,
    PGDATA: '/var/lib/postgresql/data',
  }),
})
