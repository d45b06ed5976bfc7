import { defineApp } from '#kit/define-app.ts'
import { settings } from './settings.ts'

const megabyte = 1024 * 1024

export const chroma = defineApp({
  info: {
    id: 'chroma',
    name: 'Chroma',
    version: '1.5.9',
    category: 'vector-database',
    description: {
      en: 'Light vector database for prototypes and small apps that answer questions about documents.',
      nl: 'Lichte vectordatabase voor prototypes en kleine apps die vragen over documenten beantwoorden.',
    },
  },
  // What a variable says goes before the file in the image that it starts with.
  image: 'docker.io/chromadb/chroma:1.5.9',
  ports: { http: 8000 },
  // Not exposed: since 1.0 Chroma asks nobody who they are. Apps reach it by binding to what it provides.
  provides: [{ capability: 'chroma-api', port: 'http', path: '' }],
  settings,
  volumes: { data: { mount: '/data', size: ({ storage }) => storage } },
  // SQLite puts what it sorts there; so may a large request.
  scratch: { tmp: { mount: '/tmp', size: '512Mi' } },
  health: {
    startup: { path: '/api/v2/heartbeat', port: 'http' },
    ready: { path: '/api/v2/healthcheck', port: 'http' },
    live: { path: '/api/v2/heartbeat', port: 'http' },
  },
  resources: {
    requests: { cpu: '100m', memory: '512Mi' },
    limits: { cpu: '1', memory: '2Gi' },
  },
  runAs: 1000,
  readyWithin: 300,
  stopWithin: 60,
  env: ({ settings, ports }) => ({
    HOME: '/tmp',
    CHROMA_LISTEN_ADDRESS: '0.0.0.0',
    CHROMA_PORT: ports.http,
    CHROMA_PERSIST_PATH: '/data',
    CHROMA_ALLOW_RESET: settings.allowReset,
    CHROMA_MAX_PAYLOAD_SIZE_BYTES: settings.maxRequestMB * megabyte,
    CHROMA_SQLITEDB__MIGRATION_MODE: settings.migrate ? 'apply' : 'validate',
    CHROMA_SQLITEDB__HASH_TYPE: settings.checksum,
    // Does nothing in this version, and is here for one that counts again.
    ANONYMIZED_TELEMETRY: 'False',
  }),
})
