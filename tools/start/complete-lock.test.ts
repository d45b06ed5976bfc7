import { expect, test } from 'vitest'
import { completeLock, type Lock } from './complete-lock.js'

function lockOf(optionalDependencies: Record<string, string>, others: string[] = []): Lock {
  const entries = others.map(at => [at, { version: '2.0.0' }])
  return {
    packages: {
      'node_modules/tool': { version: '2.0.0', optionalDependencies },
      ...Object.fromEntries(entries),
    },
  }
}

test.for([
  ['@tool/cli-darwin-arm64', { os: ['darwin'], cpu: ['arm64'] }],
  ['@tool/cli-linux-x64-musl', { os: ['linux'], cpu: ['x64'], libc: ['musl'] }],
  ['@tool/binding-linux-arm-gnueabihf', { os: ['linux'], cpu: ['arm'] }],
  ['@tool/binding-wasm32-wasi', { cpu: ['wasm32'] }],
  ['@tool/windows-x64', { os: ['win32'], cpu: ['x64'] }],
] as const)('%s is locked for its own platform only', ([name, platform]) => {
  const lock = lockOf({ [name]: '2.0.0' })
  expect(completeLock(lock)).toEqual([`node_modules/${name}`])
  expect(lock.packages[`node_modules/${name}`]).toEqual({
    version: '2.0.0',
    optional: true,
    ...platform,
  })
})

test('what is locked already, and optional packages for every platform, are left alone', () => {
  const lock = lockOf({ '@tool/linux-x64': '2.0.0', bufferutil: '^4.0.0' }, [
    'node_modules/@tool/linux-x64',
  ])
  expect(completeLock(lock)).toEqual([])
})

test('a package goes where its sibling for this platform stands', () => {
  const beside = 'node_modules/tool/node_modules/@tool/linux-x64'
  const lock = lockOf({ '@tool/linux-x64': '2.0.0', '@tool/darwin-x64': '2.0.0' }, [beside])
  expect(completeLock(lock)).toEqual(['node_modules/tool/node_modules/@tool/darwin-x64'])
})

test('the address of the registry is removed', () => {
  const lock = lockOf({})
  lock.packages['node_modules/tool'] = { version: '2.0.0', resolved: 'https://registry/tool.tgz' }
  completeLock(lock)
  expect(lock.packages['node_modules/tool']).toEqual({ version: '2.0.0' })
})
