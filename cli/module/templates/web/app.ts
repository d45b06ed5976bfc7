import { defineApp } from '#kit/define-app.ts'
import { maybe } from '#kit/needs.ts'
import { generated } from '#kit/secrets.ts'
import { settings } from './settings.ts'

const healthy = { path: '/health', port: 'http' } as const

/** A web service: pages or an API on one port, behind a host name when one is given. */
export const myApp = defineApp({
  info: {
    id: 'my-app',
    name: 'My app',
    version: '1.0.0',
    category: 'chat-assistant',
    description: { en: 'What it does, in one sentence.', nl: 'Wat het doet, in één zin.' },
  },
  image: 'registry.example/my-app:1.0.0',
  ports: { http: 8080 },
  expose: 'http',
  settings,
  needs: { llm: maybe('openai-api') },
  secrets: { session: generated({ title: { en: 'Session key', nl: 'Sessiesleutel' } }) },
  // The root file system is read-only: what it writes and may lose goes here.
  scratch: { tmp: { mount: '/tmp', size: '256Mi' } },
  health: { startup: healthy, ready: healthy, live: healthy },
  resources: {
    requests: { cpu: '100m', memory: '128Mi' },
    limits: { cpu: '1', memory: '512Mi' },
  },
  runAs: 1000,
  readyWithin: 120,
  env: ({ settings, needs, secrets, ports }) => ({
    PORT: ports.http,
    LANGUAGE: settings.language,
    MAX_UPLOAD_MB: settings.largestUploadMB,
    SESSION_KEY: secrets.session,
    // Absent as long as no model server is bound.
    OPENAI_BASE_URL: needs.llm?.url,
    OPENAI_API_KEY: needs.llm?.key,
  }),
})
