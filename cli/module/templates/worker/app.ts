import { defineApp } from '#kit/define-app.ts'
import { need } from '#kit/needs.ts'
import { settings } from './settings.ts'

const healthy = { path: '/health', port: 'health' } as const

/** A worker: takes tasks from a queue, answers nobody but the probes, and stops when its task is done. */
export const myApp = defineApp({
  info: {
    id: 'my-app',
    name: 'My app',
    version: '1.0.0',
    category: 'workflow-automation',
    description: { en: 'What it does, in one sentence.', nl: 'Wat het doet, in één zin.' },
  },
  image: 'registry.example/my-app:1.0.0',
  ports: { health: 8081 },
  // Not exposed: nobody calls a worker.
  settings,
  needs: { queue: need('redis') },
  scratch: { tmp: { mount: '/tmp', size: '1Gi' } },
  health: { startup: healthy, ready: healthy, live: healthy },
  resources: {
    requests: { cpu: '100m', memory: '256Mi' },
    limits: { cpu: '1', memory: '1Gi' },
  },
  runAs: 1000,
  readyWithin: 120,
  // Seconds: time to finish what it is at.
  stopWithin: 120,
  env: ({ settings, needs, ports }) => ({
    HEALTH_PORT: ports.health,
    CONCURRENCY: settings.tasksAtOnce,
    QUEUE: settings.queue,
    // The key of this capability is the whole connection string.
    REDIS_URL: needs.queue.key,
  }),
})
