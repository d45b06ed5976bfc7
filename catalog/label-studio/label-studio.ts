import { defineApp } from '#kit/define-app.ts'
import { maybe } from '#kit/needs.ts'
import { generated } from '#kit/secrets.ts'
import { adminPassword, firstAdminPassword } from '../administrator.ts'
import { settings } from './settings.ts'
import { prepareScript, startScript } from './start.ts'

const megabyte = 1024 * 1024

export const labelStudio = defineApp({
  info: {
    id: 'label-studio',
    name: 'Label Studio',
    version: '1.23.2',
    category: 'data-labelling',
    description: {
      en: 'Label text, images, sound and video to make data for training and testing AI.',
      nl: 'Tekst, beeld, geluid en video labelen om gegevens te maken waarmee AI wordt getraind en getest.',
    },
  },
  image: 'docker.io/heartexlabs/label-studio:1.23.2',
  command: ['/bin/sh', '/etc/label-studio/start.sh'],
  ports: { http: 8080 },
  expose: 'http',
  settings,
  needs: { database: maybe('postgres') },
  secrets: {
    secretKey: generated({
      title: { en: 'Session key', nl: 'Sessiesleutel' },
      description: {
        en: 'Signs sessions and keys for programs. A new key signs everybody out.',
        nl: 'Ondertekent sessies en sleutels voor programma’s. Een nieuwe sleutel meldt iedereen af.',
      },
      bytes: 48,
    }),
    firstAdminPassword,
    adminPassword,
  },
  volumes: { data: { mount: '/label-studio/data', size: ({ storage }) => storage } },
  files: {
    start: {
      mount: '/etc/label-studio',
      content: () => ({ 'start.sh': startScript, 'prepare.py': prepareScript }),
    },
  },
  scratch: {
    tmp: { mount: '/tmp', size: '2Gi' },
    instance: { mount: '/opt/heartex/instance-data/etc', size: '64Mi' },
  },
  health: {
    startup: { path: '/health/', port: 'http', every: 10, failAfter: 60 },
    ready: { path: '/health/', port: 'http' },
    live: { path: '/health/', port: 'http' },
  },
  resources: {
    requests: { cpu: '250m', memory: '600Mi' },
    limits: { cpu: '2', memory: '4000Mi' },
  },
  // The maker's image and chart run as this user, and the image gives its files to group 0.
  runAs: { user: 1001, group: 0, volumeGroup: 1001 },
  egress: [
    {
      to: 'internet-https',
      because: 'Reads the data that people have on the internet, such as in a cloud store.',
    },
  ],
  readyWithin: 900,
  env: ({ settings, needs, secrets, ports, host }) => ({
    LABEL_STUDIO_PORT: ports.http,
    LABEL_STUDIO_BASE_DATA_DIR: '/label-studio/data',
    HOME: '/tmp',
    SECRET_KEY: secrets.secretKey,
    DATABASE_CONNECTION: needs.database?.key ?? needs.database?.url,
    LABEL_STUDIO_USERNAME: settings.adminEmail,
    LABEL_STUDIO_PASSWORD: secrets.adminPassword ?? secrets.firstAdminPassword,
    LABEL_STUDIO_DISABLE_SIGNUP_WITHOUT_LINK: !settings.signup,
    LABEL_STUDIO_ENABLE_LEGACY_API_TOKEN: settings.lastingTokens,
    LABEL_STUDIO_HOST: host && `https://${host}`,
    // Without it nobody can sign in behind an ingress.
    CSRF_TRUSTED_ORIGINS: host && `https://${host}`,
    SESSION_COOKIE_SECURE: host && 1,
    DATA_UPLOAD_MAX_MEMORY_SIZE: settings.maxUploadMB * megabyte,
    DATA_UPLOAD_MAX_NUMBER_FILES: settings.maxFiles,
    LOG_LEVEL: settings.logLevel,
    // There is no nginx here that would send files in its place.
    USE_NGINX_FOR_UPLOADS: false,
    ENABLE_LOCAL_FILES_STORAGE: false,
    SSRF_PROTECTION_ENABLED: true,
    DEBUG: false,
    COLLECT_ANALYTICS: false,
    // Empty is off; unset, errors go to the maker.
    SENTRY_DSN: '',
    FRONTEND_SENTRY_DSN: '',
    LATEST_VERSION_CHECK: false,
  }),
})
