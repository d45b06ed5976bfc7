import { defineApp } from '#kit/define-app.ts'
import { generated } from '#kit/secrets.ts'
import { settings } from './settings.ts'

const healthy = { path: '/health', port: 'http' } as const

/** A model server: OpenAI's API for other apps, on processors or GPUs, with its models on a disk of its own. */
export const myApp = defineApp({
  info: {
    id: 'my-app',
    name: 'My app',
    version: '1.0.0',
    category: 'model-server',
    description: { en: 'What it does, in one sentence.', nl: 'Wat het doet, in één zin.' },
  },
  image: {
    variants: {
      cpu: 'registry.example/my-app:1.0.0-cpu',
      gpu: 'registry.example/my-app:1.0.0-gpu',
    },
    choose: ({ gpus }) => (gpus === 0 ? 'cpu' : 'gpu'),
  },
  ports: { http: 8000 },
  // Not exposed: apps reach it by binding to what it provides.
  settings,
  provides: [{ capability: 'openai-api', port: 'http', path: '/v1', secret: 'apiKey' }],
  secrets: { apiKey: generated({ title: { en: 'API key', nl: 'API-sleutel' } }) },
  volumes: { models: { mount: '/models', size: ({ storage }) => storage } },
  scratch: { tmp: { mount: '/tmp', size: '1Gi' } },
  health: {
    // Ten seconds, 180 times: the first start downloads a model.
    startup: { ...healthy, every: 10, failAfter: 180 },
    ready: healthy,
    live: { ...healthy, timeout: 10 },
  },
  resources: {
    requests: { cpu: '2', memory: '4Gi' },
    limits: { cpu: '4', memory: '8Gi' },
  },
  devices: ({ gpus }) => ({ 'nvidia.com/gpu': gpus }),
  runAs: 1000,
  egress: [{ to: 'internet-https', because: 'It downloads the model that was chosen.' }],
  readyWithin: 1800,
  env: ({ settings, secrets, ports }) => ({
    PORT: ports.http,
    MODEL: settings.model,
    MODEL_CACHE: '/models',
    API_KEY: secrets.apiKey,
  }),
})
