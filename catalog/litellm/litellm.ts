import { defineApp } from '#kit/define-app.ts'
import { maybe } from '#kit/needs.ts'
import { generated, optional } from '#kit/secrets.ts'
import { proxyConfig } from './proxy-config.ts'
import { settings } from './settings.ts'

const providerKey = (name: string) =>
  optional({
    title: { en: `${name} key`, nl: `Sleutel van ${name}` },
    description: {
      en: `With it, models of ${name} are offered. What people ask is then sent there.`,
      nl: `Hiermee worden modellen van ${name} aangeboden. Wat mensen vragen gaat dan daarheen.`,
    },
  })

export const litellm = defineApp({
  info: {
    id: 'litellm',
    name: 'LiteLLM',
    version: '1.98.0',
    category: 'model-gateway',
    description: {
      en: 'Puts many model servers behind one OpenAI-compatible address, with keys, budgets and limits.',
      nl: 'Zet veel modelservers achter één OpenAI-compatibel adres, met sleutels, budgetten en limieten.',
    },
  },
  // 1.82.7 and 1.82.8 carried a credential stealer: never those.
  image: 'docker.litellm.ai/berriai/litellm-non_root:v1.98.0',
  args: ({ ports }) => ['--port', String(ports.http), '--config', '/etc/litellm/config.yaml'],
  ports: { http: 4000 },
  expose: 'http',
  settings,
  needs: { models: maybe('openai-api'), database: maybe('postgres') },
  provides: [{ capability: 'openai-api', port: 'http', path: '/v1', secret: 'masterKey' }],
  secrets: {
    masterKey: generated({
      title: { en: 'Master key', nl: 'Hoofdsleutel' },
      description: {
        en: 'Opens everything. Apps that bind to this gateway get it.',
        nl: 'Opent alles. Apps die zich aan deze poort binden, krijgen hem.',
      },
      prefix: 'sk-',
      bytes: 32,
    }),
    saltKey: generated({
      title: { en: 'Salt key', nl: 'Zoutsleutel' },
      description: {
        en: 'Encrypts provider keys in the database. It can never change.',
        nl: 'Versleutelt sleutels van aanbieders in de database. Hij kan nooit veranderen.',
      },
      bytes: 32,
    }),
    openaiKey: providerKey('OpenAI'),
    anthropicKey: providerKey('Anthropic'),
    mistralKey: providerKey('Mistral'),
  },
  files: {
    config: {
      mount: '/etc/litellm',
      content: context => ({ 'config.yaml': proxyConfig(context) }),
    },
  },
  scratch: {
    tmp: { mount: '/tmp', size: '512Mi' },
    cache: { mount: '/app/.cache', size: '512Mi' },
    // It fills the two folders below; it cannot copy to a mounted one itself, whose times are not its own to set.
    pages: { mount: '/var/lib/litellm', size: '320Mi' },
  },
  health: {
    startup: { path: '/health/readiness', port: 'http', every: 10, failAfter: 30 },
    ready: { path: '/health/readiness', port: 'http' },
    // Plain /health would call every model.
    live: { path: '/health/liveliness', port: 'http' },
  },
  resources: {
    requests: { cpu: '500m', memory: '1Gi' },
    limits: { cpu: '2', memory: '2Gi' },
  },
  runAs: 65534,
  egress: [
    {
      to: 'internet-https',
      because: 'Calls the model providers whose keys you give.',
    },
  ],
  readyWithin: 600,
  jobs: {
    // As its maker advises: the schema is changed once, before any pod of a new version serves.
    migrate: {
      phase: 'pre',
      when: ({ needs }) => needs.database !== undefined,
      args: ['--skip_server_startup'],
      env: () => ({ DISABLE_SCHEMA_UPDATE: 'false' }),
      // Not its configuration: a change of that is no reason to run again.
      mounts: ['tmp', 'cache'],
      within: 1800,
    },
  },
  env: ({ settings, needs, secrets }) => ({
    LITELLM_MASTER_KEY: secrets.masterKey,
    LITELLM_SALT_KEY: secrets.saltKey,
    DATABASE_URL: needs.database?.key ?? needs.database?.url,
    STORE_MODEL_IN_DB: needs.database && 'True',
    DISABLE_SCHEMA_UPDATE: needs.database && 'true',
    // The pages for keys and budgets work on the database only.
    DISABLE_ADMIN_UI: needs.database ? undefined : 'True',
    BOUND_MODELS_KEY: needs.models?.key,
    OPENAI_API_KEY: secrets.openaiKey,
    ANTHROPIC_API_KEY: secrets.anthropicKey,
    MISTRAL_API_KEY: secrets.mistralKey,
    LITELLM_LOG: settings.logLevel,
    NO_DOCS: settings.apiPages ? undefined : 'True',
    HOME: '/tmp',
    LITELLM_UI_PATH: '/var/lib/litellm/ui',
    LITELLM_ASSETS_PATH: '/var/lib/litellm/assets',
    // Otherwise it fetches a price list from GitHub at every start.
    LITELLM_LOCAL_MODEL_COST_MAP: 'True',
    LITELLM_TELEMETRY_DISABLED: 'true',
    LITELLM_DONT_SHOW_FEEDBACK_BOX: 'true',
  }),
})
