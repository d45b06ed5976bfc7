import { defineApp } from '#kit/define-app.ts'
import { maybe } from '#kit/needs.ts'
import { generated, optional } from '#kit/secrets.ts'
import { settings } from './settings.ts'

/** Who may read what by default, and where accounts are kept. The administrator's password comes as a variable. */
function authConfig(defaultPermission: string): string {
  return [
    '[mlflow]',
    `default_permission = ${defaultPermission}`,
    'database_uri = sqlite:////mlflow/accounts.db',
    'admin_username = admin',
    'authorization_function = mlflow.server.auth:authenticate_request_basic_auth',
    '',
  ].join('\n')
}

export const mlflow = defineApp({
  info: {
    id: 'mlflow',
    name: 'MLflow',
    version: '3.17.0',
    category: 'experiment-tracking',
    description: {
      en: 'Tracks experiments, models and traces of AI applications, with a model registry and evaluation.',
      nl: 'Houdt experimenten, modellen en traces van AI-toepassingen bij, met een modelregister en evaluatie.',
    },
  },
  // The -full image has the database drivers and the sign-in extra.
  image: 'ghcr.io/mlflow/mlflow:v3.17.0-full',
  command: ['mlflow'],
  args: ({ settings, ports }) => [
    'server',
    '--host=0.0.0.0',
    `--port=${ports.http}`,
    `--workers=${settings.workers}`,
    ...(settings.signIn ? ['--app-name=basic-auth'] : []),
  ],
  ports: { http: 5000 },
  expose: 'http',
  settings,
  needs: { database: maybe('postgres') },
  // Without a secret: an app that tracks gets an account of its own, not the administrator's.
  provides: [{ capability: 'tracking', port: 'http', path: '' }],
  secrets: {
    sessionKey: generated({ title: { en: 'Session key', nl: 'Sessiesleutel' }, bytes: 32 }),
    adminPassword: generated({
      title: { en: 'First administrator password', nl: 'Wachtwoord van de eerste beheerder' },
      description: {
        en: 'Password of the account "admin" when you give none yourself.',
        nl: 'Wachtwoord van het account "admin" als je er zelf geen geeft.',
      },
      bytes: 24,
      revealed: {
        purpose: {
          en: 'First password of the administrator',
          nl: 'Eerste wachtwoord van de beheerder',
        },
        userName: 'admin',
      },
    }),
    chosenAdminPassword: optional({
      title: { en: 'Your administrator password', nl: 'Jouw beheerderswachtwoord' },
      description: {
        en: 'Password of the account "admin", at least 12 characters. It counts at the first start only.',
        nl: 'Wachtwoord van het account "admin", minstens 12 tekens. Het telt alleen bij de eerste start.',
      },
    }),
  },
  volumes: { data: { mount: '/mlflow', size: ({ storage }) => storage } },
  files: {
    accounts: {
      mount: '/etc/mlflow',
      content: ({ settings }) => ({ 'basic_auth.ini': authConfig(settings.defaultPermission) }),
    },
  },
  scratch: { tmp: { mount: '/tmp', size: '2Gi' } },
  health: {
    startup: { path: '/health', port: 'http' },
    ready: { path: '/health', port: 'http' },
    live: { path: '/health', port: 'http' },
  },
  resources: {
    requests: { cpu: '250m', memory: '1Gi' },
    limits: { cpu: '1', memory: '2Gi' },
  },
  runAs: 1001,
  readyWithin: 600,
  env: ({ settings, needs, secrets, name, namespace, host, ports }) => {
    const service = `${name}.${namespace}.svc`
    const hosts = [
      host,
      'localhost',
      // What kubectl port-forward prints.
      '127.0.0.1',
      name,
      `${name}.${namespace}`,
      service,
      `${service}.cluster.local`,
    ]
    const known = hosts.filter(each => each !== undefined)
    return {
      HOME: '/tmp',
      MLFLOW_BACKEND_STORE_URI:
        needs.database?.key ?? needs.database?.url ?? 'sqlite:////mlflow/mlflow.db',
      MLFLOW_ARTIFACTS_DESTINATION: '/mlflow/artifacts',
      // It refuses requests that call it by any other name.
      MLFLOW_SERVER_ALLOWED_HOSTS: known.flatMap(each => [each, `${each}:${ports.http}`]).join(','),
      MLFLOW_SERVER_CORS_ALLOWED_ORIGINS: host && `https://${host}`,
      MLFLOW_AUTH_CONFIG_PATH: '/etc/mlflow/basic_auth.ini',
      MLFLOW_AUTH_ADMIN_USERNAME: 'admin',
      MLFLOW_AUTH_ADMIN_PASSWORD: secrets.chosenAdminPassword ?? secrets.adminPassword,
      MLFLOW_FLASK_SERVER_SECRET_KEY: secrets.sessionKey,
      MLFLOW_LOGGING_LEVEL: settings.logLevel,
      // Judges on the server: they take 1.3 GB from the start, and ask models that the network does not let it reach.
      MLFLOW_SERVER_ENABLE_JOB_EXECUTION: false,
      MLFLOW_DISABLE_TELEMETRY: 'true',
      DO_NOT_TRACK: 'true',
    }
  },
})
