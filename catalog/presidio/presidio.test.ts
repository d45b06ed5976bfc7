import { expect, test } from 'vitest'
import { moduleTests, renderInput } from '../module-tests.ts'
import { presidio } from './presidio.ts'

moduleTests(presidio)

const containers = presidio.defaultDeployment.deployment.spec.template.spec?.containers ?? []

/** A file of its configuration under these settings, as the app reads it. */
function fileUnder(settings: Record<string, unknown>, file: string) {
  const objects = presidio.render(renderInput(presidio, { settings }))
  const map = objects.find(each => each.kind === 'ConfigMap') as
    | { data?: Record<string, string> }
    | undefined // of that kind
  return JSON.parse(map?.data?.[file] ?? 'null')
}

/** Names of the recognisers under these settings. */
function namesUnder(settings: Record<string, unknown>): string[] {
  const { recognizers } = fileUnder(settings, 'recognizers.yaml')
  return recognizers.map((each: { name: string }) => each.name)
}

test('asks nobody who they are, so it has no way in from outside and none out', () => {
  expect(presidio.network).toMatchObject({ expose: null, egress: [] })
})

test('finds and masks in one pod, on a port each that apps can bind to', () => {
  expect(presidio.provides.map(each => `${each.capability} ${each.port}`)).toEqual([
    'personal-data-api analyzer',
    'anonymizer-api anonymizer',
  ])
  const ports = containers.map(({ name, ports, env }) => ({
    name,
    opens: ports?.map(each => String(each.containerPort)),
    listens: env?.filter(each => each.name === 'PORT').map(each => each.value),
  }))
  expect(ports).toEqual([
    { name: 'presidio', opens: ['3000'], listens: ['3000'] },
    { name: 'anonymizer', opens: ['3001'], listens: ['3001'] },
  ])
})

test('looks for Dutch numbers, of which the app itself knows nothing, unless told not to', () => {
  expect(namesUnder({})).toEqual(expect.arrayContaining(['Dutch citizen number', 'Dutch postcode']))
  expect(namesUnder({ dutchNumbers: false })).not.toContain('Dutch citizen number')
})

test('looks for numbers of the countries that were chosen, each once', () => {
  expect(namesUnder({})).not.toContain('PlPeselRecognizer')
  const chosen = namesUnder({ countries: ['pl', 'pl', 'us'] })
  expect(chosen.filter(each => each === 'PlPeselRecognizer')).toHaveLength(1)
  expect(chosen).toContain('UsSsnRecognizer')
})

test('finds words of one’s own, and counts what was said to count', () => {
  const { recognizers } = fileUnder({ ownWords: ['Zaak Vos'] }, 'recognizers.yaml')
  expect(recognizers.at(-1)).toMatchObject({
    supported_entity: 'OWN_WORD',
    deny_list: ['Zaak Vos'],
    deny_list_score: 1,
  })
  expect(fileUnder({ certainty: 'sure' }, 'analyzer.yaml').default_score_threshold).toBe(0.7)
})

test('does not wait for the internet, which it cannot reach', () => {
  expect(containers[0]?.env).toContainEqual({ name: 'TLDEXTRACT_CACHE_TIMEOUT', value: '0.5' })
})
