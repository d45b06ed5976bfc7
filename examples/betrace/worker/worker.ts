import { z } from 'zod'
import { defineApp } from '#kit/define-app.ts'
import { need } from '#kit/needs.ts'
import { question } from '#kit/question.ts'
import { logLevel } from '../log-level.ts'

const healthy = { path: '/health', port: 'health' } as const

/** Works through what the backend gives it, answers nobody but the probes, and ends what it is at before it stops. */
export const worker = defineApp({
  info: {
    id: 'betrace-worker',
    name: 'BeTrace worker',
    version: '1.0.0',
    category: 'observability',
    description: {
      en: 'Evaluates rules in the background.',
      nl: 'Toetst regels op de achtergrond.',
    },
  },
  image: 'registry.example/betrace/worker:1.0.0',
  ports: { health: 8081 },
  settings: z.strictObject({
    logLevel,
    tasksAtOnce: question(z.int().min(1).max(32).default(4), {
      title: { en: 'Tasks at once', nl: 'Taken tegelijk' },
      help: {
        en: 'More is faster, and takes more memory.',
        nl: 'Meer is sneller, en kost meer geheugen.',
      },
    }),
  }),
  needs: { backend: need('betrace-api') },
  health: { startup: healthy, ready: healthy, live: healthy },
  scratch: { tmp: { mount: '/tmp', size: '256Mi' } },
  resources: {
    requests: { cpu: '250m', memory: '256Mi' },
    limits: { cpu: '1', memory: '512Mi' },
  },
  runAs: 1000,
  readyWithin: 120,
  stopWithin: 60,
  env: ({ settings, needs, ports }) => ({
    HEALTH_PORT: ports.health,
    LOG_LEVEL: settings.logLevel,
    TASKS_AT_ONCE: settings.tasksAtOnce,
    BACKEND_URL: needs.backend.url,
    BACKEND_TOKEN: needs.backend.key,
  }),
})
