import { defineApp } from '#kit/define-app.ts'
import { maybe } from '#kit/needs.ts'
import { generated } from '#kit/secrets.ts'
import { adminPassword } from '../administrator.ts'
import { codeRights } from './code-rights.ts'
import { settings } from './settings.ts'

export const langflow = defineApp({
  info: {
    id: 'langflow',
    name: 'Langflow',
    version: '1.12.5',
    category: 'agent-builder',
    description: {
      en: 'Visual builder for AI agents and flows over documents, with an API for every flow.',
      nl: 'Visuele bouwomgeving voor AI-agents en flows over documenten, met een API voor elke flow.',
    },
  },
  image: 'docker.io/langflowai/langflow:1.12.5',
  ports: { http: 7860 },
  expose: 'http',
  settings,
  needs: { models: maybe('openai-api'), database: maybe('postgres') },
  secrets: {
    secretKey: generated({
      title: { en: 'Secret key', nl: 'Geheime sleutel' },
      description: {
        en: 'Encrypts the credentials that people store, and signs sessions. It can never change.',
        nl: 'Versleutelt de inloggegevens die mensen bewaren, en ondertekent sessies. Hij kan nooit veranderen.',
      },
      bytes: 32,
    }),
    firstAdminPassword: generated({
      title: { en: 'First administrator password', nl: 'Wachtwoord van de eerste beheerder' },
      description: {
        en: 'Used when you give no password yourself, so that nobody comes in without one.',
        nl: 'Gebruikt als je zelf geen wachtwoord geeft, zodat niemand zonder binnenkomt.',
      },
      bytes: 24,
      revealed: {
        purpose: {
          en: 'First password of the administrator',
          nl: 'Eerste wachtwoord van de beheerder',
        },
        userName: { setting: 'adminName' },
      },
    }),
    adminPassword,
  },
  volumes: { data: { mount: '/app/data', size: ({ storage }) => storage } },
  scratch: {
    tmp: { mount: '/tmp', size: '1Gi' },
    flows: { mount: '/app/flows', size: '256Mi' },
    db: { mount: '/app/db', size: '64Mi' },
  },
  health: {
    // /health answers before the app does.
    startup: { path: '/health_check', port: 'http', every: 10, failAfter: 60 },
    ready: { path: '/health_check', port: 'http' },
    live: { path: '/health', port: 'http' },
  },
  resources: {
    requests: { cpu: '500m', memory: '1Gi' },
    limits: { cpu: '2', memory: '4Gi' },
  },
  runAs: 1000,
  egress: [
    {
      to: 'internet-https',
      because: 'Flows call the models and services on the internet that people connect.',
    },
  ],
  readyWithin: 900,
  stopWithin: 60,
  env: ({ settings, needs, secrets, ports, host }) => ({
    LANGFLOW_HOST: '0.0.0.0',
    LANGFLOW_PORT: ports.http,
    HOME: '/app/data',
    LANGFLOW_CONFIG_DIR: '/app/data',
    LANGFLOW_DATABASE_URL:
      needs.database?.key ?? needs.database?.url ?? 'sqlite:////app/data/langflow.db',
    // Both would be written beside the program.
    LANGFLOW_LOG_FILE: '/tmp/langflow.log',
    LANGFLOW_ALEMBIC_LOG_TO_STDOUT: true,
    LANGFLOW_LOG_LEVEL: settings.logLevel,
    LANGFLOW_SECRET_KEY: secrets.secretKey,
    // In this version the default is that everybody comes in as the administrator.
    LANGFLOW_AUTO_LOGIN: false,
    LANGFLOW_SUPERUSER: settings.adminName,
    LANGFLOW_SUPERUSER_PASSWORD: secrets.adminPassword ?? secrets.firstAdminPassword,
    LANGFLOW_ENABLE_SIGNUP: settings.signup,
    LANGFLOW_NEW_USER_IS_ACTIVE: false,
    LANGFLOW_WEBHOOK_AUTH_ENABLE: true,
    LANGFLOW_CORS_ORIGINS: host && `https://${host}`,
    LANGFLOW_ACCESS_SECURE: host !== undefined,
    LANGFLOW_REFRESH_SECURE: host !== undefined,
    ...codeRights[settings.ownCode],
    LANGFLOW_ALLOW_PUBLIC_CUSTOM_COMPONENTS: false,
    LANGFLOW_MCP_COMPOSER_ENABLED: false,
    LANGFLOW_MAX_FILE_SIZE_UPLOAD: settings.maxUploadMB,
    LANGFLOW_WORKFLOW_EXECUTION_TIMEOUT: settings.longestRunMinutes * 60,
    // A variable of a flow would otherwise be looked up in these, and the keys above are among them.
    LANGFLOW_FALLBACK_TO_ENV_VAR: false,
    LANGFLOW_STORE_ENVIRONMENT_VARIABLES: false,
    // Without it every address of the cluster is refused, that of the bound server too.
    LANGFLOW_SSRF_ALLOWED_HOSTS: needs.models && new URL(needs.models.url).hostname,
    LANGFLOW_PROMETHEUS_ENABLED: false,
    LANGFLOW_UPDATE_STARTER_PROJECTS: false,
    LANGFLOW_STORE: false,
    DO_NOT_TRACK: true,
    LANGFLOW_DO_NOT_TRACK: true,
  }),
})
