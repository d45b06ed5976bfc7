import { expect, it } from 'vitest'
import { contract } from '#api/contract.ts'
import type { Actor } from '../platform.ts'
import { may } from './may.ts'

const owner: Actor = { id: 'a1', role: 'owner', teams: [], via: 'api' }

it('lets the owner do everything the contract has, for every team, but what is for the eyes of another', () => {
  for (const { action } of Object.values(contract)) {
    expect(may(owner, action, { team: null })).toBe(true)
    expect(may(owner, action, { team: 'somebody-else' })).toBe(
      !['secret.reveal', 'webhook.read', 'webhook.change'].includes(action),
    )
  }
  expect(may({ ...owner, teams: ['a'] }, 'secret.reveal', { team: 'a' })).toBe(true)
})

it('lets a role that is not in the table do nothing', () => {
  // A row of an older or newer Kade can hold a role that this one does not know.
  const stranger = { ...owner, role: 'visitor' } as unknown as Actor
  for (const { action } of Object.values(contract))
    expect(may(stranger, action, { team: null })).toBe(false)
})

it('lets a worker serve the clusters of its credential, and do nothing else', () => {
  const worker: Actor = { id: 'c1', role: 'worker', teams: [], clusters: ['paris'], via: 'api' }
  expect(may(worker, 'worker.serve', { team: null })).toBe(true)
  expect(may(worker, 'worker.serve', { team: null, cluster: 'paris' })).toBe(true)
  expect(may(worker, 'worker.serve', { team: null, cluster: 'amsterdam' })).toBe(false)
  for (const { action } of Object.values(contract))
    expect(may(worker, action, { team: null })).toBe(false)
  expect(may(owner, 'worker.serve', { team: null })).toBe(false)
})
