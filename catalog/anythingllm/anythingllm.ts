import { defineApp } from '#kit/define-app.ts'
import { maybe, need } from '#kit/needs.ts'
import { generated, optional } from '#kit/secrets.ts'
import { settings } from './settings.ts'

const keyOfItsOwn = (title: { en: string; nl: string }) => generated({ title, bytes: 32 })

/** The first that is bound, in the order in which the guide names them; its own where none is. */
function vectorDatabase(
  bound: Readonly<Record<'vectors' | 'weaviate' | 'chroma' | 'vectorDatabase', unknown>>,
): string {
  if (bound.vectors) return 'qdrant'
  if (bound.weaviate) return 'weaviate'
  if (bound.chroma) return 'chroma'
  return bound.vectorDatabase ? 'pgvector' : 'lancedb'
}

export const anythingLLM = defineApp({
  info: {
    id: 'anythingllm',
    name: 'AnythingLLM',
    version: '1.16.1',
    category: 'chat-assistant',
    description: {
      en: 'Chat with your own documents in workspaces, with an embedded vector database, agents and connectors for many model servers.',
      nl: 'Chatten met eigen documenten in werkruimtes, met ingebouwde vectordatabase, agents en koppelingen met veel modelservers.',
    },
  },
  image: 'docker.io/mintplexlabs/anythingllm:1.16.1',
  ports: { http: 3001 },
  expose: 'http',
  settings,
  needs: {
    llm: need('openai-api'),
    embeddings: maybe('embeddings-api'),
    vectors: maybe('vector-store'),
    chroma: maybe('chroma-api'),
    weaviate: maybe('weaviate-api'),
    vectorDatabase: maybe('postgres'),
    speech: maybe('speech-api'),
  },
  secrets: {
    // Without both of these two the app asks nobody for a password.
    sessionKey: keyOfItsOwn({ en: 'Session key', nl: 'Sessiesleutel' }),
    firstPassword: generated({
      title: { en: 'Password of the app', nl: 'Wachtwoord van de app' },
      description: {
        en: 'Used when you give no password yourself, so that not everybody who opens the page is in.',
        nl: 'Gebruikt als je zelf geen wachtwoord geeft, zodat niet iedereen die de pagina opent binnen is.',
      },
      bytes: 24,
      revealed: {
        purpose: { en: 'Password of the app', nl: 'Wachtwoord van de app' },
      },
    }),
    password: optional({
      title: { en: 'Your password of the app', nl: 'Jouw wachtwoord van de app' },
      description: {
        en: 'Everyone who uses the app signs in with it, until you turn on accounts in the app.',
        nl: 'Iedereen die de app gebruikt meldt zich hiermee aan, totdat je in de app accounts aanzet.',
      },
    }),
    signatureKey: keyOfItsOwn({ en: 'Signature key', nl: 'Handtekeningsleutel' }),
    signatureSalt: keyOfItsOwn({ en: 'Signature salt', nl: 'Handtekeningzout' }),
  },
  volumes: { storage: { mount: '/app/server/storage', size: ({ storage }) => storage } },
  scratch: { tmp: { mount: '/tmp', size: '2Gi' } },
  health: {
    // Not /v1/api/health on 8888, as the maker's chart has it: the app does not serve that.
    startup: { path: '/api/ping', port: 'http', failAfter: 120 },
    ready: { path: '/api/ping', port: 'http' },
    live: { path: '/api/ping', port: 'http' },
  },
  resources: {
    requests: { cpu: '250m', memory: '1Gi' },
    limits: { cpu: '2', memory: '4Gi' },
  },
  runAs: 1000,
  relax: {
    writableRootFilesystem: {
      because:
        'At every start it generates its database client beside its own code, and it takes documents in through a folder there.',
    },
  },
  egress: [
    {
      to: 'internet-https',
      because:
        'Downloads small models for reading documents and tables of what models can, and opens the web pages people add.',
    },
  ],
  readyWithin: 900,
  env: ({ settings, needs, secrets, ports }) => ({
    SERVER_PORT: ports.http,
    NODE_ENV: 'production',
    STORAGE_DIR: '/app/server/storage',
    JWT_SECRET: secrets.sessionKey,
    JWT_EXPIRY: settings.sessionLength,
    AUTH_TOKEN: secrets.password ?? secrets.firstPassword,
    SIG_KEY: secrets.signatureKey,
    SIG_SALT: secrets.signatureSalt,
    PASSWORDMINCHAR: settings.passwordLength,
    LLM_PROVIDER: 'generic-openai',
    GENERIC_OPEN_AI_BASE_PATH: needs.llm.url,
    GENERIC_OPEN_AI_API_KEY: needs.llm.key,
    GENERIC_OPEN_AI_MODEL_PREF: settings.model || undefined,
    GENERIC_OPEN_AI_MODEL_TOKEN_LIMIT: settings.contextLength,
    EMBEDDING_ENGINE: needs.embeddings ? 'generic-openai' : 'native',
    EMBEDDING_BASE_PATH: needs.embeddings?.url,
    GENERIC_OPEN_AI_EMBEDDING_API_KEY: needs.embeddings?.key,
    EMBEDDING_MODEL_PREF: needs.embeddings && (settings.embeddingModel || undefined),
    EMBEDDING_MODEL_MAX_CHUNK_LENGTH: needs.embeddings && settings.embeddingLength,
    VECTOR_DB: vectorDatabase(needs),
    QDRANT_ENDPOINT: needs.vectors?.url,
    QDRANT_API_KEY: needs.vectors?.key,
    CHROMA_ENDPOINT: needs.chroma?.url,
    WEAVIATE_ENDPOINT: needs.weaviate?.url,
    WEAVIATE_API_KEY: needs.weaviate?.key,
    PGVECTOR_CONNECTION_STRING: needs.vectorDatabase?.key ?? needs.vectorDatabase?.url,
    WHISPER_PROVIDER: needs.speech ? 'generic-openai' : 'local',
    WHISPER_GENERIC_OPEN_AI_BASE_URL: needs.speech?.url,
    WHISPER_GENERIC_OPEN_AI_API_KEY: needs.speech?.key,
    WHISPER_GENERIC_OPEN_AI_MODEL: needs.speech && (settings.speechModel || undefined),
    TARGET_OCR_LANG: settings.ocrLanguages,
    // Its presence alone switches reading off.
    DISABLE_VIEW_CHAT_HISTORY: settings.adminChatAccess ? undefined : 1,
    // The browser's own sandbox needs a right that a restricted pod does not have.
    ANYTHINGLLM_CHROMIUM_ARGS: settings.readWebPages
      ? '--no-sandbox,--disable-setuid-sandbox'
      : undefined,
    DISABLE_SWAGGER_DOCS: 'true',
    DISABLE_TELEMETRY: 'true',
    CHECKPOINT_DISABLE: 1,
  }),
})
