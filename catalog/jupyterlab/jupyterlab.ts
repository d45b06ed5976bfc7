import { defineApp } from '#kit/define-app.ts'
import { maybe } from '#kit/needs.ts'
import { generated } from '#kit/secrets.ts'
import { settings } from './settings.ts'

export const jupyterlab = defineApp({
  info: {
    id: 'jupyterlab',
    name: 'JupyterLab',
    version: '2026-10-05',
    category: 'notebook',
    description: {
      en: 'Notebooks in the browser for data analysis and machine learning, in Python with the usual scientific packages.',
      nl: 'Notitieboeken in de browser voor data-analyse en machine learning, in Python met de gangbare wetenschappelijke pakketten.',
    },
  },
  image: 'quay.io/jupyter/scipy-notebook:2026-10-05',
  // After the image's own entry point, which activates its Python.
  args: ({ settings, ports }) => [
    'start-notebook.py',
    `--ServerApp.port=${ports.http}`,
    `--ServerApp.log_level=${settings.logLevel}`,
    `--ServerApp.terminals_enabled=${settings.terminal ? 'True' : 'False'}`,
    // Whoever stops the server stops it for as long as it takes to start again, and no longer.
    '--ServerApp.quit_button=False',
    `--ContentsManager.allow_hidden=${settings.hiddenFiles ? 'True' : 'False'}`,
    ...(settings.stopIdleMinutes > 0
      ? [
          `--MappingKernelManager.cull_idle_timeout=${settings.stopIdleMinutes * 60}`,
          '--MappingKernelManager.cull_interval=60',
        ]
      : []),
    // It would ask each person whether it may fetch news, and look for newer versions.
    '--LabApp.news_url=None',
    '--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate',
  ],
  ports: { http: 8888 },
  expose: 'http',
  settings,
  needs: { llm: maybe('openai-api'), tracking: maybe('tracking') },
  secrets: {
    token: generated({
      title: { en: 'Token', nl: 'Token' },
      description: {
        en: 'Asked when you open it. Whoever has it can run anything in this container.',
        nl: 'Wordt gevraagd als je het opent. Wie het heeft, kan in deze container alles uitvoeren.',
      },
      bytes: 32,
      revealed: {
        purpose: { en: 'Token to open the notebooks', nl: 'Token om de notitieboeken te openen' },
      },
    }),
  },
  // The whole home, so that preferences stay as well, and packages: pip puts them there where the image cannot be written.
  volumes: { home: { mount: '/home/jovyan', size: ({ storage }) => storage } },
  scratch: {
    tmp: { mount: '/tmp', size: '4Gi' },
    // Workers that share data, as those of PyTorch, need more than the usual 64 MiB.
    shm: { mount: '/dev/shm', size: '512Mi', inMemory: true },
  },
  health: {
    // Answers without the token.
    startup: { path: '/api', port: 'http' },
    ready: { path: '/api', port: 'http' },
    live: { path: '/api', port: 'http' },
  },
  resources: {
    requests: { cpu: '500m', memory: '1Gi' },
    limits: { cpu: '4', memory: '8Gi' },
  },
  // The image's own user, in its group "users".
  runAs: { user: 1000, group: 100 },
  egress: [
    {
      to: 'internet-https',
      because: 'Installs the packages you choose, and calls what the code in your notebooks calls.',
    },
  ],
  // The image is several gigabytes.
  readyWithin: 1800,
  env: ({ needs, secrets }) => ({
    HOME: '/home/jovyan',
    XDG_CACHE_HOME: '/tmp/cache',
    JUPYTER_RUNTIME_DIR: '/tmp/jupyter-runtime',
    JUPYTER_TOKEN: secrets.token,
    OPENAI_BASE_URL: needs.llm?.url,
    OPENAI_API_KEY: needs.llm?.key,
    MLFLOW_TRACKING_URI: needs.tracking?.url,
  }),
})
