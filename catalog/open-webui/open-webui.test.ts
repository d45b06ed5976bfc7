import { expect, test } from 'vitest'
import { unboundNeeds } from '#kit/needs.ts'
import { moduleTests, renderInput } from '../module-tests.ts'
import { openWebUI } from './open-webui.ts'

moduleTests(openWebUI)

const llm = { url: 'http://ollama.ai.svc:11434/v1' }

const env = (changes: Parameters<typeof renderInput>[1] = {}) => {
  const deployment = openWebUI
    .render(renderInput(openWebUI, changes))
    .find(each => each.kind === 'Deployment')
  const { spec } = deployment as ReturnType<typeof openWebUI.mkDeployment>['deployment'] // of that kind
  return spec.template.spec?.containers[0]?.env ?? []
}

test('makes the first account itself, so that the first visitor is no administrator', () => {
  expect(env()).toContainEqual({ name: 'WEBUI_ADMIN_EMAIL', value: 'admin@example.org' })
  expect(env()).toContainEqual({
    name: 'WEBUI_ADMIN_PASSWORD',
    valueFrom: { secretKeyRef: { name: 'my-open-webui-1', key: 'firstAdminPassword' } },
  })
})

test('prefers the administrator password that was given', () => {
  expect(env({ givenSecrets: ['adminPassword'] })).toContainEqual({
    name: 'WEBUI_ADMIN_PASSWORD',
    valueFrom: { secretKeyRef: { name: 'my-open-webui-1', key: 'adminPassword' } },
  })
})

test('talks to the provider it is bound to, with its key when it has one', () => {
  const bound = { url: 'http://gateway.ai.svc:4000/v1', key: { secretKey: 'llm.key' } }
  const withKey = env({ bindings: { llm: bound } })
  expect(withKey).toContainEqual({ name: 'OPENAI_API_BASE_URL', value: bound.url })
  expect(withKey).toContainEqual({
    name: 'OPENAI_API_KEY',
    valueFrom: { secretKeyRef: { name: 'my-open-webui-1', key: 'llm.key' } },
  })
  const keyless = env({ bindings: { llm: { url: 'http://ollama.ai.svc:11434/v1' } } })
  expect(keyless.map(each => each.name)).not.toContain('OPENAI_API_KEY')
})

test('reads documents with what it is bound to, and with Docling where both are', () => {
  const tika = { url: 'http://tika.ai.svc:9998' }
  const docling = { url: 'http://docling.ai.svc:5001', key: { secretKey: 'documentLayout.key' } }
  const engine = (bindings: Record<string, typeof docling | typeof tika>) =>
    env({ bindings: { llm, ...bindings } }).filter(each =>
      /^(CONTENT|TIKA|DOCLING)_/.test(each.name),
    )
  expect(engine({})).toEqual([])
  expect(engine({ documents: tika })).toEqual([
    { name: 'CONTENT_EXTRACTION_ENGINE', value: 'tika' },
    { name: 'TIKA_SERVER_URL', value: tika.url },
  ])
  expect(engine({ documents: tika, documentLayout: docling })).toEqual(
    expect.arrayContaining([
      { name: 'CONTENT_EXTRACTION_ENGINE', value: 'docling' },
      {
        name: 'DOCLING_API_KEY',
        valueFrom: { secretKeyRef: { name: 'my-open-webui-1', key: 'documentLayout.key' } },
      },
    ]),
  )
})

test('searches the web without fetching pages, which the network would not let it', () => {
  const search = env({ bindings: { llm, webSearch: { url: 'http://search.ai.svc:8080' } } })
  expect(search).toContainEqual({
    name: 'SEARXNG_QUERY_URL',
    value: 'http://search.ai.svc:8080/search',
  })
  expect(search).toContainEqual({ name: 'BYPASS_WEB_SEARCH_WEB_LOADER', value: 'True' })
  expect(openWebUI.network.egress).toEqual([])
})

test('never shows the key of the models to a server of embeddings or speech', () => {
  const keyless = { url: 'http://other.ai.svc:8000/v1' }
  const bound = env({
    bindings: {
      llm: { ...llm, key: { secretKey: 'llm.key' } },
      embeddings: keyless,
      speech: keyless,
    },
    settings: { embeddingModel: 'bge-m3', speechModel: 'whisper' },
  })
  for (const name of ['RAG_OPENAI_API_KEY', 'AUDIO_STT_OPENAI_API_KEY'])
    expect(bound).toContainEqual({ name, value: 'none' })
  expect(bound).toContainEqual({ name: 'RAG_EMBEDDING_MODEL', value: 'bge-m3' })
  expect(bound).toContainEqual({ name: 'AUDIO_STT_MODEL', value: 'whisper' })
  const alone = env({ bindings: { llm }, settings: { embeddingModel: 'bge-m3' } })
  expect(alone.map(each => each.name)).not.toContain('RAG_EMBEDDING_MODEL')
})

test('renders a marked placeholder without a provider, and says which need is open', () => {
  expect(unboundNeeds(openWebUI, {}).map(each => each.name)).toEqual(['llm'])
  expect(openWebUI.dependencies).toEqual(['openai-api'])
  const { deployment } = openWebUI.defaultDeployment
  expect(deployment.metadata.annotations).toEqual({ 'kade.dev/unbound': 'llm' })
  expect(env({ bindings: {} })).toContainEqual({
    name: 'OPENAI_API_BASE_URL',
    value: 'http://llm.unbound.invalid',
  })
})

test('a variable of a person replaces the app’s own', () => {
  expect(env({ env: { DEFAULT_LOCALE: 'fy-NL' } })).toContainEqual({
    name: 'DEFAULT_LOCALE',
    value: 'fy-NL',
  })
})
