import { defineApp } from '#kit/define-app.ts'
import { generated } from '#kit/secrets.ts'
import { settings } from './settings.ts'

export const qdrant = defineApp({
  info: {
    id: 'qdrant',
    name: 'Qdrant',
    version: '1.19.0',
    category: 'vector-database',
    description: {
      en: 'Vector database for search by meaning and questions about documents, with filters and snapshots.',
      nl: 'Vectordatabase voor zoeken op betekenis en vragen over documenten, met filters en momentopnamen.',
    },
  },
  image: 'docker.io/qdrant/qdrant:v1.19.0-unprivileged',
  ports: { http: 6333, grpc: 6334 },
  expose: 'http',
  settings,
  provides: [{ capability: 'vector-store', port: 'http', path: '', secret: 'apiKey' }],
  secrets: {
    apiKey: generated({
      title: { en: 'API key', nl: 'API-sleutel' },
      description: {
        en: 'Reads and writes. Apps that bind to this database get it. Without a key everyone could.',
        nl: 'Leest en schrijft. Apps die zich aan deze database binden, krijgen hem. Zonder sleutel kon iedereen dat.',
      },
      bytes: 32,
    }),
    readOnlyApiKey: generated({
      title: { en: 'Read-only API key', nl: 'API-sleutel om te lezen' },
      bytes: 32,
    }),
  },
  volumes: { storage: { mount: '/qdrant/storage', size: ({ storage }) => storage } },
  scratch: {
    init: { mount: '/qdrant/init', size: '16Mi' },
    tmp: { mount: '/tmp', size: '256Mi' },
  },
  health: {
    startup: { path: '/readyz', port: 'http' },
    ready: { path: '/readyz', port: 'http' },
    live: { path: '/livez', port: 'http' },
  },
  resources: {
    requests: { cpu: '200m', memory: '512Mi' },
    limits: { cpu: '2', memory: '4Gi' },
  },
  runAs: { user: 1000, group: 2000, volumeGroup: 3000 },
  readyWithin: 300,
  stopWithin: 60,
  env: ({ settings, secrets, ports }) => ({
    QDRANT__SERVICE__HTTP_PORT: ports.http,
    QDRANT__SERVICE__GRPC_PORT: ports.grpc,
    QDRANT__SERVICE__API_KEY: secrets.apiKey,
    QDRANT__SERVICE__READ_ONLY_API_KEY: secrets.readOnlyApiKey,
    QDRANT__SERVICE__ENABLE_CORS: settings.browserAccess,
    QDRANT__SERVICE__MAX_REQUEST_SIZE_MB: settings.maxRequestMB,
    QDRANT__STORAGE__STORAGE_PATH: '/qdrant/storage/data',
    // Beside the collections on the same disk: a snapshot that dies with the pod is none.
    QDRANT__STORAGE__SNAPSHOTS_PATH: '/qdrant/storage/snapshots',
    QDRANT__STORAGE__TEMP_PATH: '/qdrant/storage/temp',
    QDRANT__STORAGE__ON_DISK_PAYLOAD: settings.payloadOnDisk,
    QDRANT__STORAGE__PERFORMANCE__MAX_SEARCH_THREADS: settings.searchThreads,
    QDRANT__CLUSTER__ENABLED: false,
    QDRANT__LOG_LEVEL: settings.logLevel,
    QDRANT_INIT_FILE_PATH: '/qdrant/init/.qdrant-initialized',
    QDRANT__TELEMETRY_DISABLED: true,
  }),
})
