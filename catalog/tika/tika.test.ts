import { expect, test } from 'vitest'
import { moduleTests, renderInput } from '../module-tests.ts'
import { tika } from './tika.ts'

moduleTests(tika)

/** The configuration file under these settings. */
function configUnder(settings: Record<string, unknown>): string {
  const objects = tika.render(renderInput(tika, { settings }))
  const map = objects.find(each => each.kind === 'ConfigMap') as
    | { data?: Record<string, string> }
    | undefined // of that kind
  return map?.data?.['tika-config.xml'] ?? ''
}

test('asks nobody who they are, so it has no way in from outside and none out', () => {
  expect(tika.network).toMatchObject({ expose: null, egress: [] })
  expect(tika.provides).toMatchObject([{ capability: 'tika-api', path: '' }])
})

test('reads its configuration, in which each document has a deadline', () => {
  const [container] = tika.defaultDeployment.deployment.spec.template.spec?.containers ?? []
  expect(container?.args).toEqual(['-c', '/etc/tika/tika-config.xml'])
  const config = configUnder({ documentSeconds: 90 })
  expect(config).toContain('<taskTimeoutMillis>90000</taskTimeoutMillis>')
  expect(config).toContain('<enableUnsecureFeatures>false</enableUnsecureFeatures>')
})

test('recognises text in scans unless that is turned off', () => {
  const reader = '<parser class="org.apache.tika.parser.ocr.TesseractOCRParser">'
  expect(configUnder({ language: 'deu' })).toContain('type="string">deu</param>')
  expect(configUnder({})).toContain(reader)
  expect(configUnder({ scannedPages: 'no_ocr' })).not.toContain(reader)
})
