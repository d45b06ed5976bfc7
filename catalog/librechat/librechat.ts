import { defineApp } from '#kit/define-app.ts'
import { maybe, need } from '#kit/needs.ts'
import { librechatConfig } from './librechat-config.ts'
import { secrets } from './secrets.ts'
import { openidFindings, settings } from './settings.ts'
import { ownDatabase, startScript } from './start.ts'

// Listens inside the pod only, so a probe of the node's cannot connect to it.
const databaseCheck = { command: ['bash', '-c', 'exec 3<>/dev/tcp/127.0.0.1/27017'] }

export const librechat = defineApp({
  info: {
    id: 'librechat',
    name: 'LibreChat',
    version: '0.8.7',
    category: 'chat-assistant',
    description: {
      en: 'Multi-model chat application with agents, OpenID sign-in and many model providers behind one interface.',
      nl: 'Chatapplicatie voor meerdere modellen, met agents, inloggen met OpenID en veel modelaanbieders achter een enkele omgeving.',
    },
  },
  image: 'ghcr.io/danny-avila/librechat:v0.8.7',
  command: ['/bin/sh', '-c', startScript],
  ports: { http: 3080 },
  expose: 'http',
  settings,
  check: openidFindings,
  needs: { llm: need('openai-api'), database: maybe('mongodb') },
  secrets,
  volumes: {
    database: { mount: '/data/db', size: ({ storage }) => storage },
    uploads: { mount: '/app/uploads', size: ({ storage }) => storage },
    images: { mount: '/app/client/public/images', size: ({ storage }) => storage },
  },
  scratch: { tmp: { mount: '/tmp', size: '1Gi' } },
  files: {
    config: {
      mount: '/etc/librechat',
      content: context => ({ 'librechat.yaml': librechatConfig(context) }),
    },
  },
  sidecars: {
    database: {
      image: 'docker.io/library/mongo:8.0.20',
      when: ({ needs }) => needs.database === undefined,
      command: ['mongod'],
      args: ['--dbpath=/data/db', '--bind_ip=127.0.0.1', '--wiredTigerCacheSizeGB=0.5'],
      mounts: ['database', 'tmp'],
      health: { startup: databaseCheck, ready: databaseCheck, live: databaseCheck },
      resources: {
        requests: { cpu: '100m', memory: '512Mi' },
        limits: { cpu: '1', memory: '1Gi' },
      },
      env: () => ({ HOME: '/tmp' }),
    },
  },
  health: {
    startup: { path: '/health', port: 'http', failAfter: 120 },
    ready: { path: '/health', port: 'http' },
    live: { path: '/health', port: 'http' },
  },
  resources: {
    requests: { cpu: '250m', memory: '512Mi' },
    limits: { cpu: '2', memory: '2Gi' },
  },
  runAs: 1000,
  relax: {
    writableRootFilesystem: {
      because:
        'The maker’s chart says that a root file system that cannot be written is not supported yet.',
    },
  },
  egress: [
    {
      to: 'internet-https',
      because: 'Asks the sign-in service that you set who somebody is.',
      when: ({ openidIssuer }) => openidIssuer !== '',
    },
  ],
  readyWithin: 900,
  env: ({ settings, needs, secrets, ports, host }) => {
    const openid = settings.openidIssuer !== '' && secrets.openidClientSecret !== undefined
    const address = host ? `https://${host}` : `http://localhost:${ports.http}`
    return {
      HOST: '0.0.0.0',
      PORT: ports.http,
      NODE_ENV: 'production',
      HOME: '/tmp',
      APP_TITLE: settings.title,
      DOMAIN_CLIENT: address,
      DOMAIN_SERVER: address,
      CONFIG_PATH: '/etc/librechat/librechat.yaml',
      MONGO_URI: needs.database ? (needs.database.key ?? needs.database.url) : ownDatabase,
      LLM_KEY: needs.llm.key,
      CREDS_KEY: secrets.credentialsKey,
      CREDS_IV: secrets.credentialsVector,
      JWT_SECRET: secrets.sessionKey,
      JWT_REFRESH_SECRET: secrets.refreshKey,
      FIRST_ADMIN_EMAIL: settings.adminEmail,
      FIRST_ADMIN_PASSWORD: secrets.adminPassword ?? secrets.firstAdminPassword,
      ALLOW_EMAIL_LOGIN: 'true',
      ALLOW_REGISTRATION: settings.signup,
      ALLOW_SOCIAL_LOGIN: openid,
      ALLOW_SOCIAL_REGISTRATION: openid,
      OPENID_ISSUER: openid ? settings.openidIssuer : undefined,
      OPENID_CLIENT_ID: openid ? settings.openidClient : undefined,
      OPENID_CLIENT_SECRET: openid ? secrets.openidClientSecret : undefined,
      OPENID_SESSION_SECRET: openid ? secrets.openidSessionKey : undefined,
      OPENID_SCOPE: openid ? 'openid profile email' : undefined,
      OPENID_CALLBACK_URL: openid ? '/oauth/openid/callback' : undefined,
      ENDPOINTS: 'custom,agents',
      ALLOW_SHARED_LINKS: settings.shareLinks,
      ALLOW_SHARED_LINKS_PUBLIC: 'false',
      OPENAI_MODERATION: 'false',
      SEARCH: 'false',
      MEILI_NO_ANALYTICS: 'true',
      NO_INDEX: 'true',
      DEBUG_LOGGING: 'false',
    }
  },
})
