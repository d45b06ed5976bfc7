import { anythingLLM } from './anythingllm/anythingllm.ts'
import { chroma } from './chroma/chroma.ts'
import { doclingServe } from './docling-serve/docling-serve.ts'
import { type CatalogueEntry, entry } from './entry.ts'
import { hayhooks } from './hayhooks/hayhooks.ts'
import { jupyterlab } from './jupyterlab/jupyterlab.ts'
import { labelStudio } from './label-studio/label-studio.ts'
import { langflow } from './langflow/langflow.ts'
import { librechat } from './librechat/librechat.ts'
import { libretranslate } from './libretranslate/libretranslate.ts'
import { litellm } from './litellm/litellm.ts'
import { llamaCppServer } from './llama-cpp-server/llama-cpp-server.ts'
import { localAI } from './localai/localai.ts'
import { marimo } from './marimo/marimo.ts'
import { mlflow } from './mlflow/mlflow.ts'
import { n8n } from './n8n/n8n.ts'
import { ollama } from './ollama/ollama.ts'
import { openWebUI } from './open-webui/open-webui.ts'
import { pgvectorPostgres } from './pgvector-postgres/pgvector-postgres.ts'
import { presidio } from './presidio/presidio.ts'
import { qdrant } from './qdrant/qdrant.ts'
import { searxng } from './searxng/searxng.ts'
import { speaches } from './speaches/speaches.ts'
import { textEmbeddingsInference } from './text-embeddings-inference/text-embeddings-inference.ts'
import { tika } from './tika/tika.ts'
import { vllm } from './vllm/vllm.ts'
import { weaviate } from './weaviate/weaviate.ts'

/** The shelf, in the order in which it is shown. */
export const catalog: readonly CatalogueEntry[] = [
  entry(openWebUI),
  entry(anythingLLM),
  entry(librechat),
  entry(ollama),
  entry(vllm),
  entry(llamaCppServer),
  entry(localAI),
  entry(textEmbeddingsInference),
  entry(litellm),
  entry(qdrant),
  entry(weaviate),
  entry(chroma),
  entry(pgvectorPostgres),
  entry(tika),
  entry(doclingServe),
  entry(speaches),
  entry(libretranslate),
  entry(presidio),
  entry(searxng),
  entry(langflow),
  entry(hayhooks),
  entry(n8n),
  entry(labelStudio),
  entry(mlflow),
  entry(jupyterlab),
  entry(marimo),
]
