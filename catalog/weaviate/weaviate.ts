import { defineApp } from '#kit/define-app.ts'
import { generated } from '#kit/secrets.ts'
import { settings } from './settings.ts'

/** Who the one key belongs to: may do everything, and gives rights to others. */
const administrator = 'admin'

/** The same at every start: the consensus log on the disk knows its only member by this name, never by the pod's. */
const node = 'weaviate-0'

export const weaviate = defineApp({
  info: {
    id: 'weaviate',
    name: 'Weaviate',
    version: '1.38.2',
    category: 'vector-database',
    description: {
      en: 'Vector database that searches by meaning and by words at once, made by a Dutch company.',
      nl: 'Vectordatabase die tegelijk op betekenis en op woorden zoekt, van een Nederlands bedrijf.',
    },
  },
  image: 'cr.weaviate.io/semitechnologies/weaviate:1.38.2',
  command: ['/bin/weaviate'],
  args: ({ ports }) => [
    '--host=0.0.0.0',
    `--port=${ports.http}`,
    '--scheme=http',
    '--read-timeout=60s',
    '--write-timeout=60s',
  ],
  ports: { http: 8080, grpc: 50051, metrics: 2112 },
  expose: 'http',
  settings,
  // Its clients ask for data over gRPC, and for everything else over HTTP.
  provides: [
    { capability: 'weaviate-api', port: 'http', also: ['grpc'], path: '', secret: 'apiKey' },
  ],
  secrets: {
    apiKey: generated({
      title: { en: 'API key', nl: 'API-sleutel' },
      description: {
        en: 'Key of the account "admin". Apps that bind to this database get it.',
        nl: 'Sleutel van het account "admin". Apps die zich aan deze database binden, krijgen hem.',
      },
      bytes: 32,
    }),
    clusterPassword: generated({
      title: { en: 'Password between its own parts', nl: 'Wachtwoord tussen de eigen onderdelen' },
      bytes: 32,
    }),
  },
  volumes: { data: { mount: '/var/lib/weaviate', size: ({ storage }) => storage } },
  scratch: { tmp: { mount: '/tmp', size: '256Mi' } },
  health: {
    startup: { path: '/v1/.well-known/ready', port: 'http' },
    ready: { path: '/v1/.well-known/ready', port: 'http' },
    live: { path: '/v1/.well-known/live', port: 'http' },
  },
  resources: {
    requests: { cpu: '500m', memory: '1Gi' },
    limits: { cpu: '2', memory: '4Gi' },
  },
  metrics: { port: 'metrics', path: '/metrics' },
  runAs: 1000,
  readyWithin: 600,
  stopWithin: 120,
  env: ({ settings, secrets, ports }) => ({
    PERSISTENCE_DATA_PATH: '/var/lib/weaviate',
    GRPC_PORT: ports.grpc,
    PROMETHEUS_MONITORING_ENABLED: true,
    PROMETHEUS_MONITORING_PORT: ports.metrics,
    CLUSTER_HOSTNAME: node,
    RAFT_JOIN: node,
    RAFT_BOOTSTRAP_EXPECT: 1,
    // Without a password, the port between its parts takes orders from whoever reaches it.
    CLUSTER_BASIC_AUTH_USERNAME: 'weaviate',
    CLUSTER_BASIC_AUTH_PASSWORD: secrets.clusterPassword,
    // It lets everyone in by default.
    AUTHENTICATION_ANONYMOUS_ACCESS_ENABLED: false,
    AUTHENTICATION_APIKEY_ENABLED: true,
    AUTHENTICATION_APIKEY_ALLOWED_KEYS: secrets.apiKey,
    AUTHENTICATION_APIKEY_USERS: administrator,
    // Its documentation spells the switch in two ways.
    AUTHORIZATION_RBAC_ENABLED: true,
    AUTHORIZATION_ENABLE_RBAC: true,
    AUTHORIZATION_RBAC_ROOT_USERS: administrator,
    // Apps bring their own vectors: no text goes to a model that someone else runs.
    DEFAULT_VECTORIZER_MODULE: 'none',
    ENABLE_MODULES: '',
    API_BASED_MODULES_DISABLED: true,
    QUERY_DEFAULTS_LIMIT: settings.usualResults,
    QUERY_MAXIMUM_RESULTS: settings.mostResults,
    AUTOSCHEMA_ENABLED: settings.autoSchema,
    ASYNC_INDEXING: settings.indexLater,
    DISK_USE_READONLY_PERCENTAGE: settings.readOnlyAbove,
    LOG_LEVEL: settings.logLevel,
    LIMIT_RESOURCES: true,
    DISABLE_TELEMETRY: true,
  }),
})
