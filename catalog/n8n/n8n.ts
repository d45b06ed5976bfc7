import { defineApp } from '#kit/define-app.ts'
import { maybe } from '#kit/needs.ts'
import { generated, optional } from '#kit/secrets.ts'
import { settings } from './settings.ts'
import { prepareScript, startScript } from './start.ts'

export const n8n = defineApp({
  info: {
    id: 'n8n',
    name: 'n8n',
    version: '2.35.7',
    category: 'workflow-automation',
    description: {
      en: 'Workflow automation with AI agents and hundreds of connectors, drawn in the browser.',
      nl: 'Automatisering van werkstromen met AI-agents en honderden koppelingen, getekend in de browser.',
    },
  },
  image: 'docker.io/n8nio/n8n:2.35.7',
  command: ['/bin/sh', '/etc/n8n-start/start.sh'],
  ports: { http: 5678, runner: 5680 },
  expose: 'http',
  settings,
  needs: { models: maybe('openai-api'), database: maybe('postgres') },
  secrets: {
    encryptionKey: generated({
      title: { en: 'Encryption key', nl: 'Versleutelingssleutel' },
      description: {
        en: 'Encrypts the credentials that people store. It can never change.',
        nl: 'Versleutelt de inloggegevens die mensen bewaren. Hij kan nooit veranderen.',
      },
      bytes: 32,
    }),
    runnerToken: generated({ title: { en: 'Key of the runner', nl: 'Sleutel van de runner' } }),
    firstOwnerPassword: generated({
      title: { en: 'Owner password', nl: 'Wachtwoord van de eigenaar' },
      description: {
        en: 'Used when you give no password yourself, so that the first visitor does not become the owner.',
        nl: 'Gebruikt als je zelf geen wachtwoord geeft, zodat de eerste bezoeker geen eigenaar wordt.',
      },
      bytes: 24,
      revealed: {
        purpose: { en: 'Password of the owner', nl: 'Wachtwoord van de eigenaar' },
        userName: { setting: 'ownerEmail' },
      },
    }),
    ownerPassword: optional({
      title: { en: 'Your owner password', nl: 'Jouw wachtwoord van de eigenaar' },
      description: {
        en: 'Password of the owner, at most 72 characters. It is set anew at every start.',
        nl: 'Wachtwoord van de eigenaar, hoogstens 72 tekens. Het wordt bij elke start opnieuw ingesteld.',
      },
    }),
  },
  volumes: { data: { mount: '/data', size: ({ storage }) => storage } },
  files: {
    start: {
      mount: '/etc/n8n-start',
      content: () => ({ 'start.sh': startScript, 'prepare.cjs': prepareScript }),
    },
  },
  scratch: {
    tmp: { mount: '/tmp', size: '1Gi' },
    home: { mount: '/home/node', size: '512Mi' },
    runner: { mount: '/runner', size: '512Mi' },
  },
  health: {
    startup: { path: '/healthz', port: 'http' },
    ready: { path: '/healthz/readiness', port: 'http' },
    live: { path: '/healthz', port: 'http' },
  },
  resources: {
    requests: { cpu: '100m', memory: '512Mi' },
    limits: { cpu: '2', memory: '1Gi' },
  },
  runAs: 1000,
  egress: [
    {
      to: 'internet-https',
      because: 'Workflows call the services on the internet that people connect.',
    },
  ],
  readyWithin: 600,
  stopWithin: 60,
  env: ({ settings, needs, secrets, ports, host }) => ({
    N8N_PORT: ports.http,
    HOME: '/home/node',
    N8N_USER_FOLDER: '/data',
    N8N_ENCRYPTION_KEY: secrets.encryptionKey,
    N8N_ENFORCE_SETTINGS_FILE_PERMISSIONS: true,
    // Applied before the first page is served: nobody becomes the owner by being first.
    N8N_INSTANCE_OWNER_MANAGED_BY_ENV: true,
    N8N_INSTANCE_OWNER_EMAIL: settings.ownerEmail,
    // The start script makes the hash that the app asks for, and takes this away.
    OWNER_PASSWORD: secrets.ownerPassword ?? secrets.firstOwnerPassword,
    DATABASE_CONNECTION: needs.database?.key ?? needs.database?.url,
    N8N_EDITOR_BASE_URL: host && `https://${host}`,
    N8N_WEBHOOK_URL: host && `https://${host}/`,
    N8N_PROXY_HOPS: host && 1,
    GENERIC_TIMEZONE: settings.timezone,
    EXECUTIONS_DATA_PRUNE: true,
    EXECUTIONS_DATA_MAX_AGE: settings.keepDays * 24,
    EXECUTIONS_DATA_SAVE_ON_SUCCESS: settings.keepSuccessful ? 'all' : 'none',
    EXECUTIONS_TIMEOUT: settings.longestRunMinutes * 60,
    N8N_CONCURRENCY_PRODUCTION_LIMIT: settings.runsAtOnce,
    N8N_COMMUNITY_PACKAGES_ENABLED: settings.communityNodes,
    N8N_PUBLIC_API_DISABLED: !settings.publicApi,
    N8N_PUBLIC_API_SWAGGERUI_DISABLED: true,
    N8N_LOG_LEVEL: settings.logLevel,
    N8N_RUNNERS_MODE: 'external',
    N8N_RUNNERS_BROKER_LISTEN_ADDRESS: '127.0.0.1',
    N8N_RUNNERS_AUTH_TOKEN: secrets.runnerToken,
    N8N_BLOCK_ENV_ACCESS_IN_NODE: true,
    N8N_DIAGNOSTICS_ENABLED: false,
    N8N_DIAGNOSTICS_CONFIG_FRONTEND: '',
    N8N_DIAGNOSTICS_CONFIG_BACKEND: '',
    N8N_VERSION_NOTIFICATIONS_ENABLED: false,
    N8N_TEMPLATES_ENABLED: false,
    N8N_PERSONALIZATION_ENABLED: false,
    N8N_HIRING_BANNER_ENABLED: false,
  }),
  sidecars: {
    runners: {
      image: 'docker.io/n8nio/runners:2.35.7',
      ports: ['runner'],
      health: {
        startup: { path: '/healthz', port: 'runner' },
        ready: { path: '/healthz', port: 'runner' },
        live: { path: '/healthz', port: 'runner' },
      },
      resources: {
        requests: { cpu: '100m', memory: '256Mi' },
        limits: { cpu: '1', memory: '512Mi' },
      },
      // The disk holds the workflows of everybody, and the key that their credentials are encrypted with.
      mounts: ['runner'],
      env: ({ secrets, settings }) => ({
        N8N_RUNNERS_AUTH_TOKEN: secrets.runnerToken,
        N8N_RUNNERS_TASK_BROKER_URI: 'http://127.0.0.1:5679',
        GENERIC_TIMEZONE: settings.timezone,
        HOME: '/runner',
        TMPDIR: '/runner',
      }),
    },
  },
})
