import { defineApp } from '#kit/define-app.ts'
import { generated } from '#kit/secrets.ts'
import { settings } from './settings.ts'

// Runs once, when the disk is still empty. The account of apps owns its database and is no administrator of the server; only
// an administrator may add the extension.
const firstStart = [
  '\\getenv password APP_PASSWORD',
  "create role app login password :'password';",
  'create database app owner app;',
  'revoke connect on database app from public;',
  '\\connect app',
  'create extension vector;',
  '',
].join('\n')

// Over TCP: while the first start prepares the disk, the server answers on its socket only.
const answers = { command: ['pg_isready', '--host=127.0.0.1', '--username=app', '--dbname=app'] }

const milliseconds = 1000

export const pgvectorPostgres = defineApp({
  info: {
    id: 'pgvector-postgres',
    name: 'PostgreSQL with pgvector',
    version: '18-0.8.6',
    category: 'database',
    description: {
      en: 'Relational database that also searches by meaning; the store that most apps of this catalogue can use.',
      nl: 'Relationele database die ook op betekenis zoekt; de opslag die de meeste apps van deze catalogus kunnen gebruiken.',
    },
  },
  image: 'docker.io/pgvector/pgvector:0.8.6-pg18-trixie',
  args: ({ settings }) =>
    Object.entries({
      max_connections: settings.maxConnections,
      shared_buffers: `${settings.cacheMB}MB`,
      maintenance_work_mem: `${settings.indexMemoryMB}MB`,
      statement_timeout: settings.longestQuerySeconds * milliseconds,
      // -1 is never; 0 would write down everything.
      log_min_duration_statement: settings.slowQuerySeconds * milliseconds || -1,
    }).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
  ports: { postgres: 5432 },
  // Not exposed: an ingress speaks HTTP.
  provides: [
    {
      capability: 'postgres',
      port: 'postgres',
      path: '',
      secret: 'password',
      connection: { protocol: 'postgresql', user: 'app', database: 'app' },
    },
  ],
  settings,
  secrets: {
    password: generated({
      title: { en: 'Password of the apps', nl: 'Wachtwoord van de apps' },
      description: {
        en: 'Of the account "app". Apps that bind to this database get it, as part of a connection string.',
        nl: 'Van het account "app". Apps die zich aan deze database binden krijgen het, als deel van een verbindingsreeks.',
      },
      bytes: 32,
      revealed: {
        purpose: {
          en: 'Password of the database "app"',
          nl: 'Wachtwoord van de database "app"',
        },
        userName: 'app',
      },
    }),
    administratorPassword: generated({
      title: { en: 'Password of the administrator', nl: 'Wachtwoord van de beheerder' },
      bytes: 32,
    }),
  },
  // From 18 the image has a folder per major version here, so that a newer one can find the older beside it.
  volumes: { data: { mount: '/var/lib/postgresql', size: ({ storage }) => storage } },
  files: {
    'first-start': {
      mount: '/docker-entrypoint-initdb.d',
      content: () => ({ 'app.sql': firstStart }),
    },
  },
  scratch: {
    socket: { mount: '/var/run/postgresql', size: '16Mi' },
    tmp: { mount: '/tmp', size: '256Mi' },
    // An index is built in shared memory, of which a container has 64 MiB by itself.
    shm: { mount: '/dev/shm', size: '512Mi', inMemory: true },
  },
  health: {
    // What a crash left behind is worked through before it answers.
    startup: { ...answers, failAfter: 360 },
    ready: answers,
    live: answers,
  },
  resources: {
    requests: { cpu: '500m', memory: '1Gi' },
    limits: { cpu: '2', memory: '2Gi' },
  },
  runAs: 999,
  readyWithin: 1800,
  stopWithin: 120,
  env: ({ secrets }) => ({
    PGDATA: '/var/lib/postgresql/18/docker',
    POSTGRES_USER: 'postgres',
    POSTGRES_PASSWORD: secrets.administratorPassword,
    POSTGRES_HOST_AUTH_METHOD: 'scram-sha-256',
    POSTGRES_INITDB_ARGS: '--data-checksums',
    APP_PASSWORD: secrets.password,
  }),
})
