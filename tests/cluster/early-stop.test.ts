import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { componentProcesses } from '#platform/adapters/kubernetes/embedded/component-processes.ts'
import { controlPlaneBinaries } from '#tests/support/control-plane.ts'
import { launchKade, removeHome } from '#tests/support/kade.ts'

let home: string
beforeAll(async () => {
  await controlPlaneBinaries()
  home = await mkdtemp(path.join(tmpdir(), 'kade-home-'))
})
afterAll(() => removeHome(home))

it('a Ctrl-C while a cluster starts ends all of it, and is not told as a failure', async () => {
  const env = { KADE_HOME: home, KADE_PORT: '0' }
  const kade = launchKade(['up', '--clusters', 'amsterdam'], env)
  await kade.said('Starting the control plane.')
  await kade.stop()
  expect(kade.process.exitCode).toBe(0)
  expect(kade.output().split('Stopping;')[1]).toBe(' a second Ctrl-C does not wait.\n')
  expect(await componentProcesses(path.join(home, 'clusters', 'amsterdam'))).toEqual([])
})
