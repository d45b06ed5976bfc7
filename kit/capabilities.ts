/**
 * Capabilities a need can ask for and a provider can offer. A capability is an interface, not a product: whatever speaks it
 * can be bound. What the bound address and its key mean is part of the name.
 */
export const capabilities = [
  /** OpenAI's HTTP API; the address ends before `/chat/completions`, the key is the bearer token. */
  'openai-api',
  /** Ollama's own API, at the root of the address. */
  'ollama-api',
  /** Embeddings over OpenAI's API; the address ends before `/embeddings`. */
  'embeddings-api',
  /** Speech to text and back over OpenAI's API; the address ends before `/audio`. */
  'speech-api',
  /** Qdrant's HTTP API; the key is its API key. */
  'vector-store',
  /** Chroma's HTTP API. */
  'chroma-api',
  /** Weaviate's HTTP API; the key is its API key. */
  'weaviate-api',
  /** Milvus' gRPC API. */
  'milvus-api',
  /** PostgreSQL with pgvector or without; the key is the whole connection string. */
  'postgres',
  /** MongoDB's protocol; the key is the whole connection string. */
  'mongodb',
  /** The protocol of Redis and Valkey; the key is the whole connection string. */
  'redis',
  /** ClickHouse over HTTP; the key is the password. */
  'clickhouse',
  /** The API of Amazon S3. */
  's3',
  /** MLflow's tracking API. */
  'tracking',
  /** Langfuse's tracing API. */
  'tracing-api',
  /** Apache Tika's HTTP API: text out of documents. */
  'tika-api',
  /** Docling Serve's HTTP API: structured text out of documents; the key goes in `X-Api-Key`. */
  'docling-api',
  /** SearXNG's search API with JSON answers. */
  'search-api',
  /** LibreTranslate's HTTP API; the key is its API key. */
  'translation-api',
  /** Presidio's analyzer: finds personal data in text. */
  'personal-data-api',
  /** Presidio's anonymizer: masks what was found; it is beside the analyzer, on an address of its own. */
  'anonymizer-api',
  /** BeTrace's HTTP API: rules over traces and what broke them; the key is its bearer token. */
  'betrace-api',
] as const

export type Capability = (typeof capabilities)[number]
