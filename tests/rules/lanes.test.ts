import { expect, it } from 'vitest'
import { roundsOf } from '#tools/test/lanes.js'
import { sources, textOf } from './files.ts'

/** What a machine with two cores and a few gigabytes carries beside Chromium and PostgreSQL. */
const MOST = 3

type Project = { readonly name: string; readonly maxWorkers: number }
type Configured = { test: { name: string; fileParallelism?: boolean; maxWorkers?: number } }

// A file at the root is in no room, so it has no name to be imported by.
const { default: config } = await import(String(new URL('../../vitest.config.ts', import.meta.url)))
// Every project of the configuration is written out there, with its name.
const projects = (config.test.projects as Configured[]).map(({ test }): Project => {
  const { name, fileParallelism, maxWorkers = Number.POSITIVE_INFINITY } = test
  return { name, maxWorkers: fileParallelism === false ? 1 : maxWorkers }
})

/** The projects whose files start control planes, each holding one at a time. `long` is no part of `npm test`. */
const holding = ['cluster', 'browser', 'real-node']
const starts = /start(TestCluster|JoinedCluster|EmbeddedCluster|Kade|Product)\(|engineGround\(/

function controlPlanes(lane: readonly string[]): number {
  const workers = projects
    .filter(({ name }) => lane.includes(name) && holding.includes(name))
    .map(one => one.maxWorkers)
  return Math.max(0, ...workers)
}

it('control planes are started by the tests of clusters, browser and real node alone', () => {
  const others = sources('.test.ts').filter(
    file =>
      file.startsWith('tests/') &&
      !/^tests\/(cluster|faults|browser|real-node|long|rules)\//.test(file),
  )
  expect(others.filter(file => starts.test(textOf(file)))).toEqual([])
})

it('npm test holds at most three control planes at once; to fix: fewer lanes, or fewer workers', () => {
  const names = projects.map(one => one.name).filter(name => name !== 'long')
  const rounds = roundsOf(names)
  expect(rounds.flat(2).toSorted()).toEqual(names.toSorted())
  for (const lanes of rounds) {
    const held = lanes.map(controlPlanes).reduce((sum, one) => sum + one, 0)
    expect(held, lanes.join(' beside ')).toBeLessThanOrEqual(MOST)
  }
})
