import { expect, test } from 'vitest'
import { checkMachine, type Machine, Unsuitable } from './ground.js'

const linux: Machine = { platform: 'linux', node: '20.19.1', glibc: '2.36', env: {} }

test('Linux with glibc and Node 20 will do', () => {
  expect(() => checkMachine(linux)).not.toThrow()
})

test('elsewhere the way with kind is shown, and a cluster of the person’s own will do', () => {
  const mac = { ...linux, platform: 'darwin', glibc: undefined }
  expect(() => checkMachine(mac)).toThrow(/kind create cluster[\s\S]*KADE_KUBECONFIG=/)
  expect(() => checkMachine({ ...mac, env: { KADE_KUBECONFIG: '/k' } })).not.toThrow()
})

test('an older Node is refused by its number', () => {
  expect(() => checkMachine({ ...linux, node: '18.20.0' })).toThrow(Unsuitable)
  expect(() => checkMachine({ ...linux, node: '18.20.0' })).toThrow('18.20.0')
})

test('a Linux without glibc needs a database of its own', () => {
  const alpine = { ...linux, glibc: undefined }
  expect(() => checkMachine(alpine)).toThrow('KADE_DATABASE_URL')
  const withDatabase = { ...alpine, env: { KADE_DATABASE_URL: 'postgres://x' } }
  expect(() => checkMachine(withDatabase)).not.toThrow()
})
