import { defineApp } from '#kit/define-app.ts'
import { generated } from '#kit/secrets.ts'
import { settings } from './settings.ts'

const mebibyte = 1024 * 1024

export const doclingServe = defineApp({
  info: {
    id: 'docling-serve',
    name: 'Docling Serve',
    version: '1.31.0',
    category: 'document-processing',
    description: {
      en: 'Turns PDF, Word, slides and scans into clean Markdown or JSON, with headings, tables and text recognition.',
      nl: 'Zet PDF, Word, presentaties en scans om in nette Markdown of JSON, met koppen, tabellen en tekstherkenning.',
    },
  },
  image: {
    variants: {
      cpu: 'ghcr.io/docling-project/docling-serve-cpu:v1.31.0',
      cuda: 'ghcr.io/docling-project/docling-serve-cu130:v1.31.0',
    },
    choose: ({ gpus }) => (gpus > 0 ? 'cuda' : 'cpu'),
  },
  ports: { http: 5001 },
  expose: 'http',
  settings,
  provides: [{ capability: 'docling-api', port: 'http', path: '', secret: 'apiKey' }],
  secrets: {
    apiKey: generated({
      title: { en: 'API key', nl: 'API-sleutel' },
      description: {
        en: 'Sent as X-Api-Key. Without one everyone could use the server. Apps that bind to it get it.',
        nl: 'Meegestuurd als X-Api-Key. Zonder sleutel kon iedereen de server gebruiken. Apps die zich eraan binden, krijgen hem.',
      },
      bytes: 32,
      revealed: {
        purpose: { en: 'Key for your own programs', nl: 'Sleutel voor eigen programma’s' },
      },
    }),
  },
  // Not on its cache: there the image keeps the models, and an empty directory would hide them.
  scratch: {
    work: { mount: '/scratch', size: '5Gi' },
    tmp: { mount: '/tmp', size: '2Gi' },
  },
  health: {
    startup: { path: '/livez', port: 'http', every: 10, failAfter: 60 },
    ready: { path: '/readyz', port: 'http' },
    live: { path: '/livez', port: 'http' },
  },
  resources: {
    requests: { cpu: '250m', memory: '1Gi' },
    limits: { cpu: '2', memory: '4Gi' },
  },
  devices: ({ gpus }) => ({ 'nvidia.com/gpu': gpus }),
  // The image is made for OpenShift: group 0 owns what it reads.
  runAs: { user: 1001, group: 0, volumeGroup: 0 },
  // No egress: the models are in the image, and a document named by its address is not fetched for anyone.
  readyWithin: 900,
  stopWithin: 60,
  // A result is with the copy that made it, and is given out once.
  maxReplicas: 1,
  env: ({ settings, secrets, ports, host }) => ({
    UVICORN_PORT: ports.http,
    UVICORN_WORKERS: 1,
    HOME: '/tmp',
    XDG_CACHE_HOME: '/tmp/cache',
    DOCLING_SERVE_API_KEY: secrets.apiKey,
    // Its demonstration page, and pipelines and plugins that call services outside, stay off.
    DOCLING_SERVE_ENABLE_UI: false,
    DOCLING_SERVE_ENABLE_REMOTE_SERVICES: false,
    DOCLING_SERVE_ALLOW_EXTERNAL_PLUGINS: false,
    // Neither asks for the key.
    DOCLING_SERVE_SHOW_VERSION_INFO: false,
    DOCLING_SERVE_OTEL_ENABLE_PROMETHEUS: false,
    DOCLING_SERVE_CORS_ORIGINS: JSON.stringify(host ? [`https://${host}`] : []),
    DOCLING_SERVE_SCRATCH_PATH: '/scratch',
    DOCLING_SERVE_ARTIFACTS_PATH: '/opt/app-root/src/.cache/docling/models',
    HF_HUB_OFFLINE: 1,
    HF_HUB_DISABLE_TELEMETRY: 1,
    DO_NOT_TRACK: 1,
    DOCLING_DEVICE: settings.gpus > 0 ? 'cuda' : 'cpu',
    DOCLING_NUM_THREADS: settings.threads,
    OMP_NUM_THREADS: settings.threads,
    DOCLING_SERVE_ENG_KIND: 'local',
    DOCLING_SERVE_ENG_LOC_NUM_WORKERS: settings.documentsAtOnce,
    // One set of models in memory, however many documents are read at the same time.
    DOCLING_SERVE_ENG_LOC_SHARE_MODELS: true,
    DOCLING_SERVE_MAX_FILE_SIZE: settings.largestFileMB * mebibyte,
    DOCLING_SERVE_MAX_NUM_PAGES: settings.mostPages,
    DOCLING_SERVE_MAX_DOCUMENT_TIMEOUT: settings.documentMinutes * 60,
    DOCLING_SERVE_MAX_SYNC_WAIT: settings.waitSeconds,
    DOCLING_SERVE_RESULT_REMOVAL_DELAY: settings.keepResultSeconds,
  }),
})
