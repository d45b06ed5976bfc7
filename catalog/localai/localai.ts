import { defineApp } from '#kit/define-app.ts'
import { generated } from '#kit/secrets.ts'
import { settings } from './settings.ts'

export const localAI = defineApp({
  info: {
    id: 'localai',
    name: 'LocalAI',
    version: '4.9.0',
    category: 'model-server',
    description: {
      en: 'Server for text, speech and images with an OpenAI-compatible API, on processor or GPU.',
      nl: 'Server voor tekst, spraak en beeld met een OpenAI-compatibele API, op processor of GPU.',
    },
  },
  image: {
    variants: {
      cpu: 'docker.io/localai/localai:v4.9.0',
      gpu: 'docker.io/localai/localai:v4.8.2-gpu-nvidia-cuda-12',
    },
    choose: ({ gpus }) => (gpus > 0 ? 'gpu' : 'cpu'),
  },
  // Models are names or addresses, which the pattern of the question keeps from being read as options.
  args: ({ settings }) => ['run', ...settings.models],
  ports: { http: 8080 },
  // Not exposed: its one key opens everything, also what installs programs.
  settings,
  provides: [
    { capability: 'openai-api', port: 'http', path: '/v1', secret: 'apiKey' },
    { capability: 'embeddings-api', port: 'http', path: '/v1', secret: 'apiKey' },
    { capability: 'speech-api', port: 'http', path: '/v1', secret: 'apiKey' },
  ],
  secrets: {
    apiKey: generated({
      title: { en: 'API key', nl: 'API-sleutel' },
      description: {
        en: 'Opens the whole server. Apps that bind to it get it.',
        nl: 'Opent de hele server. Apps die zich eraan koppelen, krijgen hem.',
      },
      bytes: 32,
    }),
  },
  volumes: { data: { mount: '/data', size: ({ storage }) => storage } },
  scratch: {
    tmp: { mount: '/tmp', size: '4Gi' },
    // GPUs and processes that share a model talk through it.
    shm: { mount: '/dev/shm', size: '1Gi', inMemory: true },
  },
  health: {
    // Models and the programs that run them are downloaded before it is ready.
    startup: { path: '/readyz', port: 'http', every: 10, failAfter: 360 },
    ready: { path: '/readyz', port: 'http' },
    live: { path: '/healthz', port: 'http', timeout: 10 },
  },
  resources: {
    requests: { cpu: '2', memory: '4Gi' },
    limits: { cpu: '4', memory: '12Gi' },
  },
  devices: ({ gpus }) => ({ 'nvidia.com/gpu': gpus }),
  runAs: 1000,
  egress: [
    {
      to: 'internet-https',
      because: 'Downloads the models you choose, and the programs that run them.',
    },
  ],
  readyWithin: 3600,
  stopWithin: 60,
  env: ({ settings, secrets, ports }) => ({
    LOCALAI_ADDRESS: `:${ports.http}`,
    LOCALAI_API_KEY: secrets.apiKey,
    LOCALAI_SUBTLE_KEY_COMPARISON: true,
    LOCALAI_DISABLE_API_KEY_REQUIREMENT_FOR_HTTP_GET: false,
    HOME: '/tmp',
    LOCALAI_MODELS_PATH: '/data/models',
    LOCALAI_BACKENDS_PATH: '/data/backends',
    LOCALAI_DATA_PATH: '/data/state',
    LOCALAI_CONFIG_DIR: '/data/configuration',
    LOCALAI_CONTEXT_SIZE: settings.contextLength,
    LOCALAI_MAX_ACTIVE_BACKENDS: settings.loadedModels,
    LOCALAI_PARALLEL_REQUESTS: settings.parallelRequests,
    LOCALAI_UPLOAD_LIMIT: settings.maxUploadMB,
    LOCALAI_F16: settings.gpus > 0 ? true : undefined,
    // What is on the server is what the answers say; an app with the key cannot add a model or a program.
    LOCALAI_DISABLE_GALLERY_ENDPOINT: !settings.installByApps,
    LOCALAI_DISABLE_RUNTIME_SETTINGS: true,
    LOCALAI_DISABLE_WEBUI: true,
    LOCALAI_DISABLE_AGENTS: true,
    LOCALAI_DISABLE_METRICS_ENDPOINT: true,
    LOCALAI_VRAM_WARM_LIMIT: 0,
    LOCALAI_LOG_LEVEL: settings.logLevel,
  }),
})
