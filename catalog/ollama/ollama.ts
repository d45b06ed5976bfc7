import { defineApp } from '#kit/define-app.ts'
import { settings } from './settings.ts'

// Serves on loopback only for as long as the pulls take; a model that is there already is not asked for again, so that a
// restart does not depend on the registry. The names are arguments and never part of the script.
const pullScript = [
  'OLLAMA_HOST=127.0.0.1:11435; export OLLAMA_HOST',
  'ollama serve & server=$!',
  'until ollama list >/dev/null 2>&1; do kill -0 $server || exit 1; sleep 1; done',
  'for model in "$@"; do ollama show "$model" >/dev/null 2>&1 || ollama pull "$model" || exit 1; done',
  'kill $server; wait $server || true',
].join('\n')

export const ollama = defineApp({
  info: {
    id: 'ollama',
    name: 'Ollama',
    version: '0.32.15',
    category: 'model-server',
    description: {
      en: 'Downloads and runs open language models on CPU or GPU, with its own API and an OpenAI-compatible one.',
      nl: 'Downloadt en draait open taalmodellen op CPU of GPU, met een eigen API en een OpenAI-compatibele API.',
    },
  },
  image: 'docker.io/ollama/ollama:0.32.15',
  ports: { http: 11434 },
  // Not exposed: Ollama asks nobody who they are. Apps reach it by binding to what it provides.
  provides: [
    { capability: 'openai-api', port: 'http', path: '/v1' },
    { capability: 'ollama-api', port: 'http', path: '' },
  ],
  settings,
  volumes: { models: { mount: '/models', size: ({ storage }) => storage } },
  scratch: {
    tmp: { mount: '/tmp', size: '1Gi' },
    // Ollama writes an identity key to its home at the first start.
    home: { mount: '/home/ollama', size: '64Mi' },
  },
  health: {
    startup: { path: '/', port: 'http' },
    ready: { path: '/', port: 'http' },
    live: { path: '/', port: 'http' },
  },
  resources: {
    requests: { cpu: '2', memory: '4Gi' },
    limits: { cpu: '4', memory: '8Gi' },
  },
  devices: ({ gpus }) => ({ 'nvidia.com/gpu': gpus }),
  runAs: 1000,
  egress: [
    {
      to: 'internet-https',
      because: 'Downloads the models you choose from the Ollama registry.',
    },
  ],
  // Models are pulled before the server starts, and are large.
  readyWithin: 1800,
  stopWithin: 120,
  init: ({ settings: { models } }) =>
    models.length === 0
      ? []
      : [{ name: 'pull-models', command: ['/bin/sh', '-c', pullScript, 'pull', ...models] }],
  env: ({ settings, ports }) => ({
    OLLAMA_HOST: `0.0.0.0:${ports.http}`,
    OLLAMA_MODELS: '/models',
    HOME: '/home/ollama',
    // Keeps models that run at ollama.com out of reach.
    OLLAMA_NO_CLOUD: 1,
    OLLAMA_KEEP_ALIVE: settings.keepAlive,
    OLLAMA_CONTEXT_LENGTH: settings.contextLength,
    OLLAMA_NUM_PARALLEL: settings.parallelRequests,
    OLLAMA_MAX_LOADED_MODELS: settings.loadedModels,
    OLLAMA_FLASH_ATTENTION: settings.flashAttention ? 1 : 0,
  }),
})
