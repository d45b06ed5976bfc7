import { defineApp } from '#kit/define-app.ts'
import { settings } from './settings.ts'
import { tikaConfig } from './tika-config.ts'

export const tika = defineApp({
  info: {
    id: 'tika',
    name: 'Apache Tika',
    version: '3.3.1.0',
    category: 'document-processing',
    description: {
      en: 'Takes text and metadata out of more than a thousand kinds of files, and reads scans in five languages; Dutch is not among them.',
      nl: 'Haalt tekst en metadata uit meer dan duizend soorten bestanden en leest scans in vijf talen; Nederlands hoort daar niet bij.',
    },
  },
  // Without -full there is no text recognition.
  image: 'docker.io/apache/tika:3.3.1.0-full',
  args: ['-c', '/etc/tika/tika-config.xml'],
  ports: { http: 9998 },
  // Not exposed: Tika asks nobody who they are. No egress either: it opens files that strangers made.
  provides: [{ capability: 'tika-api', port: 'http', path: '' }],
  settings,
  files: {
    config: {
      mount: '/etc/tika',
      content: ({ settings }) => ({ 'tika-config.xml': tikaConfig(settings) }),
    },
  },
  // The process that parses unpacks documents here.
  scratch: { tmp: { mount: '/tmp', size: '2Gi' } },
  health: {
    startup: { tcp: 'http' },
    ready: { path: '/', port: 'http' },
    live: { path: '/', port: 'http' },
  },
  resources: {
    requests: { cpu: '250m', memory: '1Gi' },
    limits: { cpu: '2', memory: '2Gi' },
  },
  runAs: 35002,
  readyWithin: 300,
  env: () => ({
    HOME: '/tmp',
    // A share of the memory limit, so that raising the limit is enough; text recognition runs outside of Java.
    JAVA_TOOL_OPTIONS:
      '-XX:MaxRAMPercentage=50 -Djava.io.tmpdir=/tmp -Duser.home=/tmp -Djava.awt.headless=true',
  }),
})
