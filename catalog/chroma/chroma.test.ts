import { expect, test } from 'vitest'
import type { MkDeploymentOptions } from '#kit/module-contract.ts'
import { moduleTests } from '../module-tests.ts'
import { chroma } from './chroma.ts'
import type { settings } from './settings.ts'

moduleTests(chroma)

const podOf = (config: MkDeploymentOptions<typeof settings, 'data'>['config'] = {}) =>
  chroma.mkDeployment({ config }).deployment.spec.template.spec

const value = (name: string, config = {}) =>
  podOf(config)?.containers[0]?.env?.find(each => each.name === name)?.value

test('has no way in from outside, for it asks nobody who they are', () => {
  expect(chroma.network.expose).toBeNull()
  expect(chroma.provides).toEqual([{ capability: 'chroma-api', port: 'http', path: '' }])
})

test('keeps what it stores on the disk, and writes nothing else', () => {
  const mounts = podOf()?.containers[0]?.volumeMounts
  expect(mounts).toContainEqual({ name: 'data', mountPath: value('CHROMA_PERSIST_PATH') })
  expect(podOf()?.containers[0]?.securityContext?.readOnlyRootFilesystem).toBe(true)
})

test('lets no app wipe everything unless someone said so', () => {
  expect(value('CHROMA_ALLOW_RESET')).toBe('false')
  expect(value('CHROMA_ALLOW_RESET', { allowReset: true })).toBe('true')
})

test('counts the largest request in bytes', () => {
  expect(value('CHROMA_MAX_PAYLOAD_SIZE_BYTES', { maxRequestMB: 40 })).toBe('41943040')
})
