import { expect, test } from 'vitest'
import type { RenderInput } from '#kit/app.ts'
import { moduleTests, renderInput } from '../module-tests.ts'
import { anythingLLM } from './anythingllm.ts'

moduleTests(anythingLLM)

const llm = { url: 'http://gateway.ai.svc:4000/v1' }

function environment(changes: Partial<RenderInput> = {}) {
  const deployment = anythingLLM
    .render(renderInput(anythingLLM, { bindings: { llm }, ...changes }))
    .find(each => each.kind === 'Deployment')
  const { spec } = deployment as ReturnType<typeof anythingLLM.mkDeployment>['deployment'] // of that kind
  return Object.fromEntries(
    spec.template.spec?.containers[0]?.env?.map(each => [
      each.name,
      each.value ?? each.valueFrom?.secretKeyRef?.key,
    ]) ?? [],
  )
}

test('asks for a password from the first visit on: the one given, or one that Kade made and shows', () => {
  expect(environment()).toMatchObject({ AUTH_TOKEN: 'firstPassword', JWT_SECRET: 'sessionKey' })
  expect(environment({ givenSecrets: ['password'] })).toMatchObject({ AUTH_TOKEN: 'password' })
  expect(anythingLLM.secrets.filter(each => each.revealed).map(each => each.name)).toEqual([
    'firstPassword',
  ])
})

test('sends nothing to its maker, and shows administrators no chats unless that is wanted', () => {
  expect(environment()).toMatchObject({
    DISABLE_TELEMETRY: 'true',
    DISABLE_SWAGGER_DOCS: 'true',
    DISABLE_VIEW_CHAT_HISTORY: '1',
  })
  expect(environment({ settings: { adminChatAccess: true } })).not.toHaveProperty(
    'DISABLE_VIEW_CHAT_HISTORY',
  )
})

test('does alone what nothing is bound for, and leaves it to what is bound', () => {
  expect(environment()).toMatchObject({
    LLM_PROVIDER: 'generic-openai',
    GENERIC_OPEN_AI_BASE_PATH: llm.url,
    EMBEDDING_ENGINE: 'native',
    VECTOR_DB: 'lancedb',
    WHISPER_PROVIDER: 'local',
  })
  const key = (need: string) => ({ secretKey: `${need}.key` })
  expect(
    environment({
      bindings: {
        llm: { ...llm, key: key('llm') },
        embeddings: { url: 'http://tei.ai.svc:8080/v1', key: key('embeddings') },
        vectorDatabase: { url: 'http://pg.ai.svc:5432', key: key('vectorDatabase') },
      },
    }),
  ).toMatchObject({
    GENERIC_OPEN_AI_API_KEY: 'llm.key',
    EMBEDDING_ENGINE: 'generic-openai',
    EMBEDDING_BASE_PATH: 'http://tei.ai.svc:8080/v1',
    GENERIC_OPEN_AI_EMBEDDING_API_KEY: 'embeddings.key',
    VECTOR_DB: 'pgvector',
    PGVECTOR_CONNECTION_STRING: 'vectorDatabase.key',
  })
})

test('keeps vectors in the first database that is bound, with its key', () => {
  const at = (name: string) => ({ url: `http://${name}.ai.svc`, key: { secretKey: `${name}.key` } })
  const bound = (...names: string[]) =>
    environment({
      bindings: { llm, ...Object.fromEntries(names.map(name => [name, at(name)])) },
    })
  expect(bound('vectorDatabase', 'chroma')).toMatchObject({
    VECTOR_DB: 'chroma',
    CHROMA_ENDPOINT: 'http://chroma.ai.svc',
  })
  expect(bound('chroma', 'weaviate')).toMatchObject({
    VECTOR_DB: 'weaviate',
    WEAVIATE_API_KEY: 'weaviate.key',
  })
  expect(bound('weaviate', 'vectors').VECTOR_DB).toBe('qdrant')
})

test('may write to its own file system, and says why', () => {
  expect(anythingLLM.relaxations).toMatchObject([{ what: 'writableRootFilesystem' }])
})
