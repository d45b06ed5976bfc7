import { defineApp } from '#kit/define-app.ts'
import { huggingFaceEgress, huggingFaceToken } from '../hugging-face.ts'
import { serverKey } from '../server-key.ts'
import { settings } from './settings.ts'

export const vllm = defineApp({
  info: {
    id: 'vllm',
    name: 'vLLM',
    version: '0.30.0',
    category: 'model-server',
    description: {
      en: 'Fast GPU server for large language models with an OpenAI-compatible API.',
      nl: 'Snelle GPU-server voor grote taalmodellen met een OpenAI-compatibele API.',
    },
  },
  image: {
    variants: {
      gpu: 'docker.io/vllm/vllm-openai:v0.30.0',
      cpu: 'docker.io/vllm/vllm-openai-cpu:v0.31.0',
    },
    choose: ({ gpus }) => (gpus === '0' ? 'cpu' : 'gpu'),
  },
  // Both images have it; the name of the model as an argument, since `vllm serve` drops `--model`.
  command: ['vllm', 'serve'],
  args: ({ settings: { model, contextLength, gpus, memoryShare, ...rest }, ports }) => [
    model,
    '--host=0.0.0.0',
    `--port=${ports.http}`,
    `--max-model-len=${contextLength}`,
    `--max-num-seqs=${rest.parallelRequests}`,
    '--disable-fastapi-docs',
    ...(gpus === '0'
      ? []
      : [`--tensor-parallel-size=${gpus}`, `--gpu-memory-utilization=${memoryShare / 100}`]),
    ...(rest.toolCalls === 'none'
      ? []
      : ['--enable-auto-tool-choice', `--tool-call-parser=${rest.toolCalls}`]),
  ],
  ports: { http: 8000 },
  // Not exposed: the key guards /v1 only; /tokenize, /pause and others stay open to whoever reaches the port.
  settings,
  provides: [{ capability: 'openai-api', port: 'http', path: '/v1', secret: 'apiKey' }],
  secrets: {
    apiKey: serverKey,
    huggingFaceToken,
  },
  volumes: { cache: { mount: '/cache', size: ({ storage }) => storage } },
  scratch: {
    home: { mount: '/home/vllm', size: '4Gi' },
    tmp: { mount: '/tmp', size: '4Gi' },
    packages: { mount: '/opt/uv/cache', size: '1Gi' },
    // GPUs that share a model talk through it.
    shm: { mount: '/dev/shm', size: '2Gi', inMemory: true },
  },
  health: {
    startup: { path: '/health', port: 'http', every: 10, failAfter: 360 },
    ready: { path: '/health', port: 'http' },
    live: { path: '/health', port: 'http', timeout: 10 },
  },
  resources: {
    requests: { cpu: '2', memory: '8Gi' },
    limits: { cpu: '8', memory: '32Gi' },
  },
  devices: ({ gpus }) => ({ 'nvidia.com/gpu': Number(gpus) }),
  // The maker prepares the image for this user in group 0; others are not supported.
  runAs: { user: 2000, group: 0, volumeGroup: 0 },
  egress: [{ ...huggingFaceEgress, when: ({ offline }) => !offline }],
  // The key guards /v1 only.
  metrics: { port: 'http', path: '/metrics' },
  // A large model takes long to download, and minutes to load.
  readyWithin: 3600,
  stopWithin: 60,
  env: ({ settings, secrets }) => ({
    VLLM_API_KEY: secrets.apiKey,
    HF_TOKEN: secrets.huggingFaceToken,
    HOME: '/home/vllm',
    // A user without a name in the image is looked up here first.
    USER: 'vllm',
    HF_HOME: '/cache/huggingface',
    VLLM_CACHE_ROOT: '/cache/vllm',
    HF_HUB_OFFLINE: settings.offline ? 1 : 0,
    VLLM_CPU_KVCACHE_SPACE: settings.gpus === '0' ? settings.cacheGiB : undefined,
    // Binding threads to cores asks for rights that a restricted pod does not have.
    VLLM_CPU_OMP_THREADS_BIND: settings.gpus === '0' ? 'nobind' : undefined,
    VLLM_SERVER_DEV_MODE: 0,
    VLLM_NO_USAGE_STATS: 1,
    DO_NOT_TRACK: 1,
    HF_HUB_DISABLE_TELEMETRY: 1,
  }),
})
