import { defineApp } from '#kit/define-app.ts'
import { recognizers } from './recognizers.ts'
import { settings } from './settings.ts'

const certainties = { all: 0, likely: 0.35, sure: 0.7 } as const

/** The two services share a pod, and so a number of ports. */
const ports = { analyzer: 3000, anonymizer: 3001 } as const

export const presidio = defineApp({
  info: {
    id: 'presidio',
    name: 'Presidio',
    version: '2.2.363',
    category: 'privacy',
    description: {
      en: 'Finds personal data in English text and masks it. It does not find everything.',
      nl: 'Vindt persoonsgegevens in Engelse tekst en maskeert ze. Het vindt niet alles.',
    },
  },
  image: 'ghcr.io/data-privacy-stack/presidio-analyzer:2.2.363',
  ports,
  // Not exposed: Presidio asks nobody who they are. Apps reach it by binding to what it provides.
  provides: [
    { capability: 'personal-data-api', port: 'analyzer', path: '' },
    { capability: 'anonymizer-api', port: 'anonymizer', path: '' },
  ],
  settings,
  files: {
    config: {
      mount: '/config',
      // JSON is YAML.
      content: ({ settings }) => ({
        'recognizers.yaml': `${JSON.stringify(recognizers(settings), null, 2)}\n`,
        'analyzer.yaml': `${JSON.stringify({
          supported_languages: ['en'],
          default_score_threshold: certainties[settings.certainty],
        })}\n`,
      }),
    },
  },
  scratch: { tmp: { mount: '/tmp', size: '256Mi' } },
  health: {
    startup: { path: '/health', port: 'analyzer' },
    ready: { path: '/health', port: 'analyzer' },
    live: { path: '/health', port: 'analyzer' },
  },
  resources: {
    requests: { cpu: '1500m', memory: '1500Mi' },
    limits: { cpu: '2', memory: '3000Mi' },
  },
  runAs: 1001,
  readyWithin: 600,
  env: ({ settings }) => ({
    PORT: ports.analyzer,
    HOME: '/tmp',
    WORKERS: settings.workers,
    LOG_LEVEL: settings.logLevel,
    ANALYZER_CONF_FILE: '/config/analyzer.yaml',
    RECOGNIZER_REGISTRY_CONF_FILE: '/config/recognizers.yaml',
    PRESIDIO_DEVICE: 'cpu',
    // For the first mail address it asks the internet for a list of domains, and uses its own when that fails: let it fail soon,
    // for the network lets nothing out.
    TLDEXTRACT_CACHE: '/tmp/domains',
    TLDEXTRACT_CACHE_TIMEOUT: '0.5',
  }),
  sidecars: {
    anonymizer: {
      image: 'ghcr.io/data-privacy-stack/presidio-anonymizer:2.2.363',
      ports: ['anonymizer'],
      health: {
        startup: { path: '/health', port: 'anonymizer' },
        ready: { path: '/health', port: 'anonymizer' },
        live: { path: '/health', port: 'anonymizer' },
      },
      resources: {
        requests: { cpu: '125m', memory: '128Mi' },
        limits: { cpu: '500m', memory: '512Mi' },
      },
      env: ({ settings }) => ({
        PORT: ports.anonymizer,
        HOME: '/tmp',
        WORKERS: 1,
        LOG_LEVEL: settings.logLevel,
      }),
    },
  },
})
