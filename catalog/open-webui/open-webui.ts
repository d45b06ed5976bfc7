import { defineApp } from '#kit/define-app.ts'
import { maybe, need } from '#kit/needs.ts'
import { generated } from '#kit/secrets.ts'
import { adminPassword, firstAdminPassword } from '../administrator.ts'
import { settings } from './settings.ts'

export const openWebUI = defineApp({
  info: {
    id: 'open-webui',
    name: 'Open WebUI',
    version: '0.12.4',
    category: 'chat-assistant',
    description: {
      en: 'Chat with local and remote language models: user management, questions about your own documents, web search, voice and tools.',
      nl: 'Chat met lokale en externe taalmodellen: gebruikersbeheer, vragen over eigen documenten, zoeken op het web, spraak en hulpmiddelen.',
    },
  },
  image: 'ghcr.io/open-webui/open-webui:0.12.4',
  ports: { http: 8080 },
  expose: 'http',
  settings,
  needs: {
    llm: need('openai-api'),
    documents: maybe('tika-api'),
    documentLayout: maybe('docling-api'),
    embeddings: maybe('embeddings-api'),
    vectors: maybe('vector-store'),
    webSearch: maybe('search-api'),
    speech: maybe('speech-api'),
    database: maybe('postgres'),
  },
  secrets: {
    sessionKey: generated({
      title: { en: 'Session key', nl: 'Sessiesleutel' },
      description: {
        en: 'Signs sessions and encrypts stored sign-ins. A new key signs everybody out.',
        nl: 'Ondertekent sessies en versleutelt bewaarde aanmeldingen. Een nieuwe sleutel meldt iedereen af.',
      },
      bytes: 32,
    }),
    firstAdminPassword,
    adminPassword,
  },
  // Not on /app/backend/data: there the image keeps the models for reading documents, and a volume would hide them.
  volumes: { data: { mount: '/data', size: ({ storage }) => storage } },
  scratch: {
    tmp: { mount: '/tmp', size: '2Gi' },
    home: { mount: '/home/app', size: '1Gi' },
  },
  health: {
    startup: { path: '/health', port: 'http', failAfter: 60 },
    ready: { path: '/ready', port: 'http' },
    live: { path: '/health', port: 'http' },
  },
  resources: {
    requests: { cpu: '250m', memory: '1Gi' },
    limits: { cpu: '2', memory: '4Gi' },
  },
  // Group 0 may write what the image makes group-writable.
  runAs: { user: 1000, group: 0, volumeGroup: 0 },
  readyWithin: 600,
  env: ({ settings, needs, secrets, ports, host }) => ({
    PORT: ports.http,
    HOME: '/home/app',
    DATA_DIR: '/data',
    STATIC_DIR: '/data/static',
    // What is answered here stays the truth; otherwise the app's own database wins after the first start.
    ENABLE_PERSISTENT_CONFIG: 'False',
    WEBUI_SECRET_KEY: secrets.sessionKey,
    WEBUI_ADMIN_EMAIL: settings.adminEmail,
    WEBUI_ADMIN_PASSWORD: secrets.adminPassword ?? secrets.firstAdminPassword,
    WEBUI_NAME: settings.title,
    WEBUI_URL: host && `https://${host}`,
    CORS_ALLOW_ORIGIN: host ? `https://${host}` : undefined,
    ENABLE_OLLAMA_API: 'False',
    OPENAI_API_BASE_URL: needs.llm.url,
    OPENAI_API_KEY: needs.llm.key,
    DEFAULT_MODELS: settings.defaultModel || undefined,
    DEFAULT_LOCALE: settings.language,
    ENABLE_SIGNUP: settings.signup ? 'True' : 'False',
    DEFAULT_USER_ROLE: settings.newUserRole,
    ENABLE_ADMIN_CHAT_ACCESS: settings.adminChatAccess ? 'True' : 'False',
    ENABLE_CODE_EXECUTION: settings.codeExecution ? 'True' : 'False',
    RAG_FILE_MAX_SIZE: settings.maxUploadMB,
    CONTENT_EXTRACTION_ENGINE: needs.documentLayout ? 'docling' : needs.documents && 'tika',
    TIKA_SERVER_URL: needs.documents?.url,
    DOCLING_SERVER_URL: needs.documentLayout?.url,
    DOCLING_API_KEY: needs.documentLayout?.key,
    RAG_EMBEDDING_ENGINE: needs.embeddings && 'openai',
    RAG_OPENAI_API_BASE_URL: needs.embeddings?.url,
    // Never absent, here and for speech: it would fall back on the key of the models and show that to another server.
    RAG_OPENAI_API_KEY: needs.embeddings && (needs.embeddings.key ?? 'none'),
    RAG_EMBEDDING_MODEL: needs.embeddings && (settings.embeddingModel || undefined),
    ENABLE_WEB_SEARCH: needs.webSearch && 'True',
    WEB_SEARCH_ENGINE: needs.webSearch && 'searxng',
    SEARXNG_QUERY_URL: needs.webSearch && `${needs.webSearch.url}/search`,
    // It reads what the search says of a page and not the page, which the network would not let it fetch.
    BYPASS_WEB_SEARCH_WEB_LOADER: needs.webSearch && 'True',
    AUDIO_STT_ENGINE: needs.speech && 'openai',
    AUDIO_STT_OPENAI_API_BASE_URL: needs.speech?.url,
    AUDIO_STT_OPENAI_API_KEY: needs.speech && (needs.speech.key ?? 'none'),
    AUDIO_STT_MODEL: needs.speech && (settings.speechModel || undefined),
    VECTOR_DB: needs.vectors && 'qdrant',
    QDRANT_URI: needs.vectors?.url,
    QDRANT_API_KEY: needs.vectors?.key,
    DATABASE_URL: needs.database?.key ?? needs.database?.url,
    ENABLE_COMMUNITY_SHARING: 'False',
    ENABLE_VERSION_UPDATE_CHECK: 'false',
    SCARF_NO_ANALYTICS: 'true',
    DO_NOT_TRACK: 'true',
    ANONYMIZED_TELEMETRY: 'false',
    OFFLINE_MODE: 'true',
  }),
})
