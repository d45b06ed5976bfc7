import { defineApp } from '#kit/define-app.ts'
import { generated } from '#kit/secrets.ts'
import { settings } from './settings.ts'

// The app's own tool adds a key only to a file that is there; an empty one is an empty database. Adding it again changes nothing.
const keyScript =
  'touch "$LT_API_KEYS_DB_PATH" && exec ./venv/bin/ltmanage keys add "$KEY_REQUESTS_PER_MINUTE" "--key=$GENERATED_API_KEY"'

export const libretranslate = defineApp({
  info: {
    id: 'libretranslate',
    name: 'LibreTranslate',
    version: '1.9.6',
    category: 'translation',
    description: {
      en: 'Translates texts and documents on your own servers, with open models for Dutch and many other languages.',
      nl: 'Vertaalt teksten en documenten op eigen servers, met open modellen voor Nederlands en veel andere talen.',
    },
  },
  image: 'docker.io/libretranslate/libretranslate:v1.9.6',
  ports: { http: 5000 },
  expose: 'http',
  settings,
  provides: [{ capability: 'translation-api', port: 'http', path: '', secret: 'apiKey' }],
  secrets: {
    apiKey: generated({
      title: { en: 'API key', nl: 'API-sleutel' },
      description: {
        en: 'Asked for with every translation. Apps that bind to it get it; people enter it once on the page.',
        nl: 'Gevraagd bij elke vertaling. Apps die zich eraan binden krijgen hem; mensen vullen hem één keer in op de pagina.',
      },
      bytes: 24,
      revealed: {
        purpose: {
          en: 'Key for the page and for your own programs',
          nl: 'Sleutel voor de pagina en voor eigen programma’s',
        },
      },
    }),
  },
  volumes: { data: { mount: '/data', size: ({ storage }) => storage } },
  scratch: {
    tmp: { mount: '/tmp', size: '2Gi' },
    // Counters that its processes share; the keys are on the disk.
    counters: { mount: '/app/db', size: '64Mi' },
  },
  health: {
    startup: { path: '/health', port: 'http', every: 10, failAfter: 180 },
    ready: { path: '/health', port: 'http' },
    live: { path: '/health', port: 'http' },
  },
  resources: {
    requests: { cpu: '500m', memory: '1Gi' },
    limits: { cpu: '2', memory: '4Gi' },
  },
  runAs: 1032,
  egress: [
    {
      to: 'internet-https',
      because: 'Downloads the language models you choose, whose list is at GitHub.',
    },
  ],
  // The models are downloaded before it answers.
  readyWithin: 1800,
  init: () => [{ name: 'add-key', command: ['/bin/sh', '-c', `cd /app && ${keyScript}`] }],
  env: ({ settings, secrets, ports }) => ({
    LT_HOST: '0.0.0.0',
    LT_PORT: ports.http,
    HOME: '/tmp',
    XDG_DATA_HOME: '/data',
    XDG_CACHE_HOME: '/tmp/cache',
    // Every pair of languages goes by way of English.
    LT_LOAD_ONLY: [...new Set(['en', ...settings.languages])].join(','),
    // Without it a language that is added later is never downloaded. What cannot be reached is skipped.
    LT_UPDATE_MODELS: settings.updateModels,
    LT_API_KEYS: true,
    // Keys alone still serve who brings none; this asks everybody for one.
    LT_UNDER_ATTACK: true,
    LT_API_KEYS_DB_PATH: '/data/api_keys.db',
    GENERATED_API_KEY: secrets.apiKey,
    KEY_REQUESTS_PER_MINUTE: settings.requestsPerMinute,
    LT_CHAR_LIMIT: settings.longestText,
    LT_BATCH_LIMIT: settings.batchLimit,
    LT_THREADS: settings.workers,
    LT_DISABLE_FILES_TRANSLATION: !settings.documents,
    LT_FRONTEND_LANGUAGE: settings.language === 'auto' ? undefined : settings.language,
    LT_SUGGESTIONS: false,
    LT_METRICS: false,
    LT_DEBUG: false,
  }),
})
