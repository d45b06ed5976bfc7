import { expect, test } from 'vitest'
import { moduleTests, renderInput } from '../module-tests.ts'
import { searxng } from './searxng.ts'

moduleTests(searxng)

type Changes = Parameters<typeof renderInput>[1]

/** Its configuration files, by name. */
function filesOf(changes: Changes = {}): Readonly<Record<string, string>> {
  const map = searxng.render(renderInput(searxng, changes)).find(each => each.kind === 'ConfigMap')
  return (map as { data?: Record<string, string> } | undefined)?.data ?? {} // of that kind
}

const settingsOf = (changes: Changes = {}) => JSON.parse(filesOf(changes)['settings.yml'] ?? '{}')

function variable(name: string, changes: Changes = {}) {
  const deployment = searxng
    .render(renderInput(searxng, changes))
    .find(each => each.kind === 'Deployment')
  const { spec } = deployment as ReturnType<typeof searxng.mkDeployment>['deployment'] // of that kind
  return spec.template.spec?.containers[0]?.env?.find(each => each.name === name)
}

test('has a key of its own: with the maker’s it does not start', () => {
  expect(variable('SEARXNG_SECRET')?.valueFrom).toEqual({
    secretKeyRef: { name: 'my-searxng-1', key: 'secretKey' },
  })
})

test('answers apps in JSON, which the maker leaves out', () => {
  expect(settingsOf().search.formats).toEqual(['html', 'json'])
  expect(searxng.provides).toMatchObject([{ capability: 'search-api' }])
})

test('sends nothing to a search engine before someone searches', () => {
  expect(settingsOf().search.autocomplete).toBe('')
  expect(settingsOf({ settings: { suggestions: 'qwant' } }).search.autocomplete).toBe('qwant')
})

test('leaves out search engines, and keeps the rest of the maker’s', () => {
  expect(settingsOf().use_default_settings).toBe(true)
  expect(settingsOf({ settings: { withoutEngines: ['google'] } }).use_default_settings).toEqual({
    engines: { remove: ['google'] },
  })
})

test('slows bots down only with a store to count in, and never the apps inside', () => {
  const settings = { limitVisitors: true }
  const limiter = (changes: Changes) => variable('SEARXNG_LIMITER', changes)?.value
  expect(limiter({})).toBe('false')
  expect(limiter({ settings, bindings: {} })).toBe('false')
  expect(limiter({ settings })).toBe('true')
  expect(filesOf({ settings })['limiter.toml']).toContain("pass_ip = [\n  '127.0.0.0/8'")
  expect(Object.keys(filesOf({ settings, bindings: {} }))).toEqual(['settings.yml'])
})
