import { defineConfig } from 'vitest/config'

const unit = [
  'api',
  'app',
  'catalog',
  'cli',
  'examples',
  'gateway',
  'kit',
  'platform',
  'policies',
  'tools',
]

/**
 * What is polled gets the time of a click in a browser: on a machine with other work the second that Vitest gives by itself
 * is over before a page has answered. Nothing that holds takes longer for it.
 */
const patient = { poll: { timeout: 20_000 } }

/** A project is a kind of ground a test stands on; `npm test` runs all but `long`, and of `real-node` one file. */
export default defineConfig({
  test: {
    projects: [
      { test: { name: 'unit', include: unit.map(room => `${room}/**/*.test.ts`) } },
      { test: { name: 'rules', include: ['tests/rules/*.test.ts'] } },
      {
        test: {
          name: 'cluster',
          include: ['tests/cluster/**/*.test.ts', 'tests/faults/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 300_000,
          expect: patient,
          // A file holds one control plane, and waits for it most of the time. `npm test` runs a third lane beside
          // these two (tools/test/lanes.js): three control planes and Chromium fit a machine with two cores.
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          name: 'database',
          include: ['tests/database/**/*.test.ts', 'tests/http/**/*.test.ts'],
          globalSetup: ['tests/support/shared-server.ts'],
          testTimeout: 120_000,
          hookTimeout: 300_000,
          expect: patient,
          fileParallelism: false,
        },
      },
      {
        test: {
          name: 'browser',
          include: ['tests/browser/**/*.test.ts'],
          testTimeout: 180_000,
          hookTimeout: 300_000,
          expect: patient,
          fileParallelism: false,
        },
      },
      {
        test: {
          name: 'real-node',
          include: ['tests/real-node/**/*.test.ts'],
          testTimeout: 600_000,
          hookTimeout: 300_000,
          fileParallelism: false,
        },
      },
      {
        test: {
          name: 'long',
          include: ['tests/long/**/*.test.ts'],
          testTimeout: 1_800_000,
          hookTimeout: 300_000,
          expect: patient,
          fileParallelism: false,
        },
      },
    ],
  },
})
