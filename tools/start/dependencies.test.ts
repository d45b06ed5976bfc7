import { expect, test } from 'vitest'
import { npmCommand, sameVersions } from './dependencies.js'

const wanted = {
  '': { version: '0.1.0' },
  'node_modules/a': { version: '1.0.0' },
  'node_modules/for-mac': { version: '2.0.0', optional: true },
}

test('packages for other machines may be absent', () => {
  expect(sameVersions(wanted, { 'node_modules/a': { version: '1.0.0' } })).toBe(true)
})

test.for([
  ['another version', { 'node_modules/a': { version: '1.0.1' } }],
  ['a missing package', {}],
  [
    'a package too many',
    { 'node_modules/a': { version: '1.0.0' }, 'node_modules/b': { version: '1.0.0' } },
  ],
] as const)('%s means installing again', ([, installed]) => {
  expect(sameVersions(wanted, installed)).toBe(false)
})

test('the npm that started us is the npm that installs', () => {
  expect(npmCommand({ npm_execpath: '/opt/npm-cli.js' })).toEqual([
    process.execPath,
    ['/opt/npm-cli.js'],
  ])
  expect(npmCommand({})).toEqual(['npm', []])
})
