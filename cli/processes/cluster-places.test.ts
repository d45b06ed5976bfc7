import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { jurisdictions } from '#api/jurisdictions.ts'
import { plannedClusters } from './clusters.ts'
import { readSettings } from './settings.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kade-places-'))
  const cluster = { cluster: { server: 'https://127.0.0.1:1' } }
  const contexts = ['Lab@Example', 'prod'].map(name => ({
    name,
    context: { cluster: 'c', user: 'u' },
  }))
  const config = {
    clusters: [{ name: 'c', ...cluster }],
    users: [{ name: 'u', user: {} }],
    contexts,
  }
  await writeFile(join(folder, 'kubeconfig.json'), JSON.stringify(config))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

/** Where Kade would say that its clusters stand, with this in the file. */
async function places(text: string, env: NodeJS.ProcessEnv = {}) {
  const file = join(folder, 'clusters.yaml')
  await writeFile(file, text)
  const given = { KADE_KUBECONFIG: join(folder, 'kubeconfig.json'), KADE_CLUSTERS: file, ...env }
  const settings = await readSettings({}, { KADE_HOME: folder, ...given })
  const planned = await plannedClusters(settings)
  return planned.map(({ spec }) => [spec.name, spec.region, spec.jurisdiction])
}

test('says of a cluster what was said of it, and of the rest that it is unknown', async () => {
  expect(await places('lab-example: { region: nl-ams, jurisdiction: NL }')).toEqual([
    ['lab-example', 'nl-ams', 'NL'],
    ['prod', 'unknown', 'unknown'],
  ])
  expect(await places('prod: { jurisdiction: EU }')).toContainEqual(['prod', 'unknown', 'EU'])
  expect(await places('{}', { KADE_CLUSTERS: '' })).toContainEqual(['prod', 'unknown', 'unknown'])
})

test('knows every country of ISO 3166-1, and no other word but EU', () => {
  expect(jurisdictions.size).toBe(250)
  for (const code of ['NL', 'SS', 'GB', 'NO', 'EU']) expect(jurisdictions).toContain(code)
  const named = new Intl.DisplayNames(['en'], { type: 'region', fallback: 'none' })
  expect([...jurisdictions].filter(code => named.of(code) === undefined)).toEqual([])
})

test('is asked of who plans clusters, and of no other process', async () => {
  const given = { KADE_HOME: folder, KADE_CLUSTERS: join(folder, 'absent.yaml') }
  const settings = await readSettings({}, given)
  await expect(plannedClusters(settings)).rejects.toThrow(/KADE_KUBECONFIG names none/)
})

test('takes no word for a place that is none, and no cluster that is not there', async () => {
  await expect(
    places('prod: { region: Noord Holland, jurisdiction: Netherlands, primary: true }'),
  ).rejects.toThrow(
    /\/prod\/region: must be lower-case[\s\S]*\/prod\/jurisdiction: must be a country[\s\S]*\/prod\/primary: unknown/,
  )
  await expect(places('prod: { jurisdiction: QX }')).rejects.toThrow('must be a country')
  await expect(places('prod: { jurisdiction: UK }')).rejects.toThrow('the United Kingdom is GB')
  await expect(places('prod: { jurisdiction: SU }')).rejects.toThrow('the country of today')
  await expect(places('prod: { jurisdiction: ZZ }')).rejects.toThrow('where it is not known')
  await expect(places('Lab@Example: { region: nl }')).rejects.toThrow(/names Lab@Example, which/)
  await expect(places('- prod')).rejects.toThrow(/cannot be used/)
  await expect(places('prod: {}', { KADE_KUBECONFIG: '' })).rejects.toThrow(/KADE_KUBECONFIG names/)
  await expect(places('prod: {}', { KADE_CLUSTERS: join(folder, 'absent.yaml') })).rejects.toThrow(
    'ENOENT',
  )
})
