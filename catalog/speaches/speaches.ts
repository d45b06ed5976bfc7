import { defineApp } from '#kit/define-app.ts'
import { maybe } from '#kit/needs.ts'
import { generated } from '#kit/secrets.ts'
import { downloadModels } from './download-models.ts'
import { settings } from './settings.ts'

// Version 0.8.3 wants the key for /health as well, and later ones are said not to: a command that brings it suits both.
const healthy = [
  '/bin/sh',
  '-c',
  'curl -fsS -o /dev/null -H "Authorization: Bearer $API_KEY" "http://127.0.0.1:$UVICORN_PORT/health"',
]

export const speaches = defineApp({
  info: {
    id: 'speaches',
    name: 'Speaches',
    version: '0.9.0-rc.3',
    category: 'speech',
    description: {
      en: 'Writes down what is said, with Whisper models, and reads text aloud, through an OpenAI-compatible API.',
      nl: 'Schrijft op wat er wordt gezegd, met Whisper-modellen, en leest tekst voor, via een OpenAI-compatibele API.',
    },
  },
  image: {
    variants: {
      cpu: 'ghcr.io/speaches-ai/speaches:0.9.0-rc.3-cpu',
      cuda: 'ghcr.io/speaches-ai/speaches:0.9.0-rc.3-cuda',
    },
    choose: ({ gpus }) => (gpus > 0 ? 'cuda' : 'cpu'),
  },
  ports: { http: 8000 },
  expose: 'http',
  settings,
  check: ({ precision, gpus }) =>
    precision === 'float16' && gpus === 0
      ? [
          {
            pointer: '/precision',
            detail: {
              en: '16 bits need a GPU; choose 8 bits, or ask for a GPU',
              nl: '16 bits vragen een GPU; kies 8 bits, of vraag een GPU',
            },
          },
        ]
      : [],
  needs: { llm: maybe('openai-api') },
  provides: [{ capability: 'speech-api', port: 'http', path: '/v1', secret: 'apiKey' }],
  secrets: {
    apiKey: generated({
      title: { en: 'API key', nl: 'API-sleutel' },
      description: {
        en: 'Asked for by everything but the description of the API. Apps that bind to this server get it.',
        nl: 'Gevraagd door alles behalve de beschrijving van de API. Apps die zich aan deze server binden, krijgen hem.',
      },
      bytes: 32,
      revealed: {
        purpose: { en: 'Key for your own programs', nl: 'Sleutel voor eigen programma’s' },
      },
    }),
  },
  volumes: { models: { mount: '/models', size: ({ storage }) => storage } },
  scratch: { tmp: { mount: '/tmp', size: '2Gi' } },
  health: {
    startup: { command: healthy },
    ready: { command: healthy },
    live: { command: healthy },
  },
  resources: {
    requests: { cpu: '1', memory: '2Gi' },
    limits: { cpu: '4', memory: '6Gi' },
  },
  devices: ({ gpus }) => ({ 'nvidia.com/gpu': gpus }),
  runAs: 1000,
  egress: [
    {
      to: 'internet-https',
      because: 'Downloads the speech models you choose from Hugging Face.',
      when: ({ offline }) => !offline,
    },
  ],
  // The chosen models are downloaded before it starts.
  readyWithin: 1800,
  init: ({ settings: { models } }) =>
    models.length === 0
      ? []
      : [{ name: 'download-models', command: ['python', '-c', downloadModels, ...models] }],
  env: ({ settings, needs, secrets, ports, host }) => ({
    UVICORN_HOST: '0.0.0.0',
    UVICORN_PORT: ports.http,
    API_KEY: secrets.apiKey,
    // The software lies in the home of the image; what it writes goes elsewhere.
    HOME: '/tmp',
    HF_HOME: '/models',
    HF_HUB_OFFLINE: settings.offline ? 1 : undefined,
    WHISPER__INFERENCE_DEVICE: settings.gpus > 0 ? 'cuda' : 'cpu',
    WHISPER__COMPUTE_TYPE: settings.precision,
    STT_MODEL_TTL: settings.keepSeconds,
    CHAT_COMPLETION_BASE_URL: needs.llm?.url,
    CHAT_COMPLETION_API_KEY: needs.llm?.key,
    // Its own demonstration page asks nobody for the key.
    ENABLE_UI: 'false',
    ALLOW_ORIGINS: host && JSON.stringify([`https://${host}`]),
    LOG_LEVEL: settings.logLevel,
    DO_NOT_TRACK: 1,
    HF_HUB_DISABLE_TELEMETRY: 1,
    DISABLE_TELEMETRY: 1,
    GRADIO_ANALYTICS_ENABLED: 'False',
    PYANNOTE_METRICS_ENABLED: 0,
  }),
})
