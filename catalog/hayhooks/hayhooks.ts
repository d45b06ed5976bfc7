import { defineApp } from '#kit/define-app.ts'
import { maybe } from '#kit/needs.ts'
import { fetchScript } from './fetch.ts'
import { settings } from './settings.ts'

const both = {
  en: 'an address and its checksum belong together: give both, or neither',
  nl: 'een adres en zijn controlegetal horen bij elkaar: geef beide, of geen van beide',
}

export const hayhooks = defineApp({
  info: {
    id: 'hayhooks',
    name: 'Hayhooks',
    version: '2.1.0',
    category: 'agent-builder',
    description: {
      en: 'Serves Haystack pipelines and agents to other apps, as an API of their own or as chat.',
      nl: 'Biedt Haystack-pipelines en -agents aan andere apps aan, als eigen API of als chat.',
    },
  },
  image: 'docker.io/deepset/hayhooks:v2.1.0',
  command: ['hayhooks', 'run'],
  ports: { http: 1416 },
  // Not exposed: Hayhooks asks nobody who they are. Apps reach it by binding to what it provides.
  settings,
  check: ({ archive, checksum }) => {
    if ((archive === '') === (checksum === '')) return []
    return [{ pointer: archive === '' ? '/archive' : '/checksum', detail: both }]
  },
  needs: {
    models: maybe('openai-api'),
    vectors: maybe('vector-store'),
    tasks: maybe('redis'),
  },
  provides: [{ capability: 'openai-api', port: 'http', path: '/v1' }],
  volumes: { pipelines: { mount: '/pipelines', size: '1Gi' } },
  files: { fetch: { mount: '/etc/hayhooks', content: () => ({ 'fetch.py': fetchScript }) } },
  scratch: {
    tmp: { mount: '/tmp', size: '1Gi' },
    home: { mount: '/home/hayhooks', size: '256Mi' },
  },
  health: {
    startup: { path: '/status', port: 'http' },
    ready: { path: '/status', port: 'http' },
    live: { tcp: 'http' },
  },
  resources: {
    requests: { cpu: '250m', memory: '512Mi' },
    limits: { cpu: '2', memory: '2Gi' },
  },
  runAs: 1000,
  egress: [
    {
      to: 'internet-https',
      because: 'Fetches your pipelines, which may call services on the internet themselves.',
    },
  ],
  readyWithin: 600,
  stopWithin: 60,
  init: ({ settings: { archive, checksum } }) => [
    {
      name: 'fetch-pipelines',
      command: ['python3', '/etc/hayhooks/fetch.py', '/pipelines', archive, checksum],
    },
  ],
  env: ({ settings, needs, ports }) => ({
    HAYHOOKS_HOST: '0.0.0.0',
    HAYHOOKS_PORT: ports.http,
    HAYHOOKS_PIPELINES_DIR: `/pipelines/${settings.checksum || 'own'}`,
    HOME: '/home/hayhooks',
    // In this mode the pipelines are those of the start: the addresses that take code are not there.
    HAYHOOKS_DURABLE_MODE: !settings.deployApi,
    HAYHOOKS_DURABLE_STORE: needs.tasks ? 'redis' : 'memory',
    HAYHOOKS_DURABLE_REDIS_URL: needs.tasks?.key ?? needs.tasks?.url,
    HAYHOOKS_DURABLE_WORKER_CONCURRENCY: settings.workAtOnce,
    HAYHOOKS_DURABLE_TERMINAL_TTL_SECONDS: settings.keepResultHours * 3600,
    HAYHOOKS_GRACEFUL_SHUTDOWN_TIMEOUT: 45,
    HAYHOOKS_SHOW_TRACEBACKS: settings.showErrors,
    // Both would tell whoever reaches it what passes through.
    HAYHOOKS_TRACING_ENABLED: false,
    HAYHOOKS_MONITORING_ENABLED: false,
    HAYHOOKS_CORS_ALLOW_ORIGINS: '[]',
    // For the code of pipelines: OpenAI's own library reads the first two by itself.
    OPENAI_BASE_URL: needs.models?.url,
    // The library refuses to begin without one.
    OPENAI_API_KEY: needs.models && (needs.models.key ?? 'none'),
    QDRANT_URL: needs.vectors?.url,
    QDRANT_API_KEY: needs.vectors?.key,
    HAYSTACK_TELEMETRY_ENABLED: 'False',
  }),
})
