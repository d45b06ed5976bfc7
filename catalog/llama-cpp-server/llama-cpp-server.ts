import { defineApp } from '#kit/define-app.ts'
import { huggingFaceEgress, huggingFaceToken } from '../hugging-face.ts'
import { serverKey } from '../server-key.ts'
import { settings } from './settings.ts'

export const llamaCppServer = defineApp({
  info: {
    id: 'llama-cpp-server',
    name: 'llama.cpp server',
    version: 'b11243',
    category: 'model-server',
    description: {
      en: 'Small, fast server for GGUF models on plain CPUs, with an OpenAI-compatible API.',
      nl: 'Kleine, snelle server voor GGUF-modellen op gewone processoren, met een OpenAI-compatibele API.',
    },
  },
  image: {
    variants: {
      cpu: 'ghcr.io/ggml-org/llama.cpp:server-b11243',
      gpu: 'ghcr.io/ggml-org/llama.cpp:server-cuda-b11243',
    },
    choose: ({ gpus }) => (gpus === 0 ? 'cpu' : 'gpu'),
  },
  ports: { http: 8080 },
  // Not exposed: it has one key and no people. Apps reach it by binding to what it provides.
  settings,
  provides: [{ capability: 'openai-api', port: 'http', path: '/v1', secret: 'apiKey' }],
  secrets: {
    apiKey: serverKey,
    huggingFaceToken,
  },
  volumes: { models: { mount: '/models', size: ({ storage }) => storage } },
  scratch: { tmp: { mount: '/tmp', size: '1Gi' } },
  health: {
    // It listens when the download is done, and answers well when the model is loaded.
    startup: { path: '/health', port: 'http', every: 10, failAfter: 360 },
    ready: { path: '/health', port: 'http' },
    live: { path: '/health', port: 'http', timeout: 10 },
  },
  resources: {
    requests: { cpu: '2', memory: '4Gi' },
    limits: { cpu: '4', memory: '8Gi' },
  },
  devices: ({ gpus }) => ({ 'nvidia.com/gpu': gpus }),
  runAs: 1000,
  egress: [{ ...huggingFaceEgress, when: ({ offline }) => !offline }],
  readyWithin: 3600,
  stopWithin: 60,
  env: ({ settings, secrets, ports }) => ({
    LLAMA_API_KEY: secrets.apiKey,
    HF_TOKEN: secrets.huggingFaceToken,
    LLAMA_ARG_HOST: '0.0.0.0',
    // Always said: builds differ in their usual port.
    LLAMA_ARG_PORT: ports.http,
    LLAMA_ARG_MODEL: settings.model.startsWith('/') ? settings.model : undefined,
    LLAMA_ARG_HF_REPO: settings.model.startsWith('/') ? undefined : settings.model,
    LLAMA_ARG_OFFLINE: settings.offline ? 1 : undefined,
    // It divides the whole among the questions; a person says what each gets.
    LLAMA_ARG_CTX_SIZE: settings.contextLength * settings.parallelRequests,
    LLAMA_ARG_N_PARALLEL: settings.parallelRequests,
    LLAMA_ARG_THREADS: settings.threads,
    LLAMA_ARG_CACHE_RAM: settings.promptCacheMiB,
    // More than any model has: all of it on the GPUs.
    LLAMA_ARG_N_GPU_LAYERS: settings.gpus > 0 ? 999 : undefined,
    HOME: '/tmp',
    // Builds differ in which of the two says where downloads go.
    LLAMA_CACHE: '/models/cache',
    HF_HOME: '/models/huggingface',
    LLAMA_ARG_UI: 'false',
    LLAMA_ARG_CORS_ORIGINS: 'localhost',
    // Would show what others ask.
    LLAMA_ARG_ENDPOINT_SLOTS: 0,
  }),
})
