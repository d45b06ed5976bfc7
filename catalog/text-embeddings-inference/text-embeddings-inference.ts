import { defineApp } from '#kit/define-app.ts'
import { huggingFaceEgress, huggingFaceToken } from '../hugging-face.ts'
import { serverKey } from '../server-key.ts'
import { settings } from './settings.ts'

export const textEmbeddingsInference = defineApp({
  info: {
    id: 'text-embeddings-inference',
    name: 'Text Embeddings Inference',
    version: '1.9.3',
    category: 'model-server',
    description: {
      en: 'Fast server for text embeddings and re-ranking, the building block for search and document questions.',
      nl: 'Snelle server voor tekst-embeddings en herrangschikking, de bouwsteen voor zoeken en vragen over documenten.',
    },
  },
  image: {
    variants: {
      cpu: 'ghcr.io/huggingface/text-embeddings-inference:cpu-1.9.3',
      gpu: 'ghcr.io/huggingface/text-embeddings-inference:cuda-1.9',
    },
    choose: ({ gpu }) => (gpu ? 'gpu' : 'cpu'),
  },
  ports: { http: 8080 },
  // Not exposed: it has one key and no people. Apps reach it by binding to what it provides.
  settings,
  provides: [{ capability: 'embeddings-api', port: 'http', path: '/v1', secret: 'apiKey' }],
  secrets: {
    apiKey: serverKey,
    huggingFaceToken,
  },
  volumes: { data: { mount: '/data', size: ({ storage }) => storage } },
  scratch: { tmp: { mount: '/tmp', size: '1Gi' } },
  health: {
    // It listens when the model is loaded.
    startup: { path: '/health', port: 'http', every: 10, failAfter: 180 },
    ready: { path: '/health', port: 'http' },
    live: { path: '/health', port: 'http', timeout: 10 },
  },
  resources: {
    requests: { cpu: '1', memory: '2Gi' },
    limits: { cpu: '4', memory: '4Gi' },
  },
  devices: ({ gpu }) => ({ 'nvidia.com/gpu': gpu ? 1 : 0 }),
  runAs: 1000,
  egress: [huggingFaceEgress],
  metrics: { port: 'http', path: '/metrics' },
  readyWithin: 1800,
  env: ({ settings, secrets, ports }) => ({
    MODEL_ID: settings.model,
    API_KEY: secrets.apiKey,
    HF_TOKEN: secrets.huggingFaceToken,
    // The image says 80, which only root may open.
    PORT: ports.http,
    // Kubernetes sets it to the name of the pod, and the server would listen on that.
    HOSTNAME: '0.0.0.0',
    PROMETHEUS_PORT: 9000,
    UDS_PATH: '/tmp/text-embeddings-inference-server',
    HUGGINGFACE_HUB_CACHE: '/data',
    HOME: '/tmp',
    AUTO_TRUNCATE: settings.truncate,
    MAX_CLIENT_BATCH_SIZE: settings.maxTexts,
    MAX_CONCURRENT_REQUESTS: settings.parallelRequests,
    MAX_BATCH_TOKENS: settings.batchTokens,
    TOKENIZATION_WORKERS: settings.threads,
    RAYON_NUM_THREADS: settings.threads,
    POOLING: settings.pooling === 'model' ? undefined : settings.pooling,
    JSON_OUTPUT: true,
    HF_HUB_DISABLE_TELEMETRY: 1,
  }),
})
