import { defineApp } from '#kit/define-app.ts'
import { maybe } from '#kit/needs.ts'
import { generated } from '#kit/secrets.ts'
import { settings } from './settings.ts'

const notebooks = '/app/data'
const passwordFile = '/run/marimo/password'

const prepare = [
  'set -e',
  // As a file, for an argument stands in the list of processes, which every notebook can read.
  `umask 077; printf %s "$MARIMO_PASSWORD" > ${passwordFile}`,
  // Python looks for packages of its user only where that folder is there at its start.
  'mkdir -p "$(python3 -m site --user-site)"',
].join('\n')

/**
 * Told to stop, marimo ends itself by the same signal once more, and that does nothing to the first process of a container: with
 * a notebook open it stayed until it was killed. So the shell is the first, and passes the signal on.
 */
const start = [
  // All that its quiet leaves of the logs: without it they are empty, and nobody knows whether it began.
  `echo "marimo starts; notebooks are in ${notebooks}"`,
  `trap 'kill -TERM "$app"' TERM`,
  // The image's own start asks nobody for a password; this one is quiet, for otherwise it prints the password in the logs.
  'marimo --quiet "$@" &',
  'app=$!',
  // The signal ends a wait too; then it goes on until the app has ended, whose answer is the container's.
  'wait "$app"; code=$?',
  'while kill -0 "$app" 2>/dev/null; do wait "$app"; code=$?; done',
  'echo "marimo ended with code $code"',
  'exit "$code"',
].join('\n')

const megabyte = 1_000_000

export const marimo = defineApp({
  info: {
    id: 'marimo',
    name: 'marimo',
    version: '0.23.15',
    category: 'notebook',
    description: {
      en: 'Python notebook in which every cell follows from the others, kept as a plain Python file that also runs by itself.',
      nl: 'Python-notitieboek waarin elke cel uit de andere volgt, bewaard als gewoon Python-bestand dat ook los draait.',
    },
  },
  // With pandas, NumPy and Altair in it.
  image: 'ghcr.io/marimo-team/marimo:0.23.15-data',
  command: ['/bin/sh', '-c', start, 'marimo'],
  args: ({ settings, ports }) => [
    `--log-level=${settings.logLevel}`,
    'edit',
    '--headless',
    '--host=0.0.0.0',
    `--port=${ports.http}`,
    `--token-password-file=${passwordFile}`,
    '--skip-update-check',
    ...(settings.closeAfterMinutes > 0 ? [`--session-ttl=${settings.closeAfterMinutes * 60}`] : []),
    notebooks,
  ],
  ports: { http: 8080 },
  expose: 'http',
  settings,
  needs: { llm: maybe('openai-api'), tracking: maybe('tracking') },
  secrets: {
    password: generated({
      title: { en: 'Password', nl: 'Wachtwoord' },
      description: {
        en: 'Whoever has it can run anything in this container.',
        nl: 'Wie het heeft, kan in deze container alles uitvoeren.',
      },
      bytes: 32,
      revealed: {
        purpose: { en: 'Password of the notebooks', nl: 'Wachtwoord van de notitieboeken' },
      },
    }),
  },
  volumes: { notebooks: { mount: notebooks, size: ({ storage }) => storage } },
  scratch: {
    tmp: { mount: '/tmp', size: '2Gi' },
    password: { mount: '/run/marimo', size: '1Mi', inMemory: true },
  },
  init: () => [{ name: 'prepare', command: ['/bin/sh', '-c', prepare] }],
  health: {
    startup: { path: '/health', port: 'http' },
    ready: { path: '/health', port: 'http' },
    live: { path: '/health', port: 'http' },
  },
  resources: {
    requests: { cpu: '250m', memory: '512Mi' },
    limits: { cpu: '2', memory: '4Gi' },
  },
  runAs: 1000,
  egress: [
    {
      to: 'internet-https',
      because:
        'Installs the Python packages you choose, and calls what the code in your notebooks calls.',
    },
  ],
  readyWithin: 900,
  env: ({ settings, needs, secrets }) => ({
    HOME: notebooks,
    XDG_CONFIG_HOME: `${notebooks}/.config`,
    XDG_DATA_HOME: `${notebooks}/.local/share`,
    XDG_CACHE_HOME: '/tmp/cache',
    XDG_STATE_HOME: '/tmp/state',
    // Where pip puts packages, for the image cannot be written.
    PYTHONUSERBASE: `${notebooks}/.local`,
    PYTHONDONTWRITEBYTECODE: 1,
    MARIMO_PASSWORD: secrets.password,
    MARIMO_SKIP_UPDATE_CHECK: 1,
    MARIMO_OUTPUT_MAX_BYTES: settings.outputMB * megabyte,
    MARIMO_STD_STREAM_MAX_BYTES: settings.printMB * megabyte,
    OPENAI_BASE_URL: needs.llm?.url,
    OPENAI_API_KEY: needs.llm?.key,
    MLFLOW_TRACKING_URI: needs.tracking?.url,
  }),
})
