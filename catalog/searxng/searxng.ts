import { defineApp } from '#kit/define-app.ts'
import { maybe } from '#kit/needs.ts'
import { generated } from '#kit/secrets.ts'
import { limiterFile, settingsFile } from './configuration.ts'
import { settings } from './settings.ts'

export const searxng = defineApp({
  info: {
    id: 'searxng',
    name: 'SearXNG',
    version: '2026.9.25',
    category: 'search',
    description: {
      en: 'Searches the web through many search engines without following who searches; for people, and for chat apps.',
      nl: 'Zoekt op het web via veel zoekmachines zonder te volgen wie zoekt; voor mensen en voor chat-apps.',
    },
  },
  image: 'docker.io/searxng/searxng:2026.9.25-12f8b6515',
  ports: { http: 8080 },
  // A page for people. It asks nobody who they are, and the guide says so: a host is for one's own network.
  expose: 'http',
  settings,
  needs: { store: maybe('redis') },
  provides: [{ capability: 'search-api', port: 'http', path: '' }],
  secrets: {
    secretKey: generated({
      title: { en: 'Secret key', nl: 'Geheime sleutel' },
      description: {
        en: 'Signs what the page hands out. With the key of the maker it does not start.',
        nl: 'Ondertekent wat de pagina uitgeeft. Met de sleutel van de maker start het niet.',
      },
      bytes: 32,
    }),
  },
  files: {
    config: {
      mount: '/etc/searxng',
      content: ({ settings, needs }) => ({
        'settings.yml': settingsFile(settings),
        ...(settings.limitVisitors && needs.store && { 'limiter.toml': limiterFile }),
      }),
    },
  },
  scratch: {
    cache: { mount: '/var/cache/searxng', size: '1Gi' },
    tmp: { mount: '/tmp', size: '256Mi' },
  },
  health: {
    startup: { path: '/healthz', port: 'http' },
    ready: { path: '/healthz', port: 'http' },
    live: { path: '/healthz', port: 'http' },
  },
  resources: {
    requests: { cpu: '100m', memory: '256Mi' },
    limits: { cpu: '1', memory: '1Gi' },
  },
  // The user that is in the image; the image itself would begin as root.
  runAs: 977,
  egress: [
    { to: 'internet-https', because: 'Asks the search engines, and fetches pictures for results.' },
  ],
  readyWithin: 300,
  env: ({ settings, needs, secrets, ports, host }) => ({
    // The image listens on IPv6, which not every cluster has.
    GRANIAN_HOST: '0.0.0.0',
    GRANIAN_PORT: ports.http,
    HOME: '/tmp',
    FORCE_OWNERSHIP: false,
    SEARXNG_SECRET: secrets.secretKey,
    SEARXNG_BASE_URL: host && `https://${host}/`,
    SEARXNG_PUBLIC_INSTANCE: false,
    SEARXNG_DEBUG: false,
    // Without a store it could not count.
    SEARXNG_LIMITER: settings.limitVisitors && needs.store !== undefined,
    SEARXNG_VALKEY_URL: needs.store?.key ?? needs.store?.url,
  }),
})
