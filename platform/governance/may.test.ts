import { expect, it } from 'vitest'
import { contract } from '#api/contract.ts'
import { InstallationRole, TeamRole } from '#api/roles.ts'
import { actions } from '#api/route.ts'
import type { Actor } from '../platform.ts'
import { may, narrowed, rolesWith } from './may.ts'

// v viewer · d developer · m team maintainer | c community member · e platform engineer · s security officer ·
// p privacy officer · r product manager · a auditor · A platform admin
const letters = { v: 'viewer', d: 'developer', m: 'team-maintainer' } as const
const installationLetters = {
  c: 'community-member',
  e: 'platform-engineer',
  s: 'security-officer',
  p: 'privacy-officer',
  r: 'product-manager',
  a: 'auditor',
  A: 'platform-admin',
} as const

/** Who may, told a second time and another way: a change of the table of rights is a change of this one. */
const expected = `
  session.open             vdm cesrpaA
  session.read             vdm cesrpaA
  session.invite           vdm cesrpaA
  device-login.decide      vdm cesrpaA
  profile.read             vdm cesrpaA
  profile.change           vdm cesrpaA
  token.read               vdm cesrpaA
  token.change             vdm cesrpaA
  account.read             ..m ..s.paA
  account.change           ... ......A
  invitation.read          ..m ......A
  invitation.change        ..m ......A
  team.read                vdm .es.paA
  team.create              ... ......A
  team.change              ..m ......A
  catalogue.read           vdm cesrpaA
  catalogue.change         ... .e....A
  cluster.read             vdm .es.paA
  cluster.change           ... .e....A
  namespace.read           vdm .es.paA
  namespace.create         ..m .e....A
  quota.read               vdm .es.paA
  quota.change             ... .e....A
  deployment.read          vdm .es.paA
  deployment.create        .dm ......A
  deployment.update        .dm ......A
  deployment.delete        .dm ......A
  deployment.logs          .dm ......A
  deployment.metrics       vdm .es.paA
  secret.reveal            .dm .......
  operation.read           vdm .es.paA
  operation.change         .dm .e....A
  approval.read            vdm .es.paA
  approval.request         .dm ......A
  approval.decide          ... ..sp..A
  approval.withdraw        .dm ..sp..A
  event.read               vdm .es.paA
  dead-letter.read         ... .e....A
  dead-letter.change       ... .e....A
  notification.read        vdm cesrpaA
  notification.change      vdm cesrpaA
  webhook.read             .dm .......
  webhook.change           ..m .......
  worker-credential.read   ... .e....A
  worker-credential.change ... .e....A
  worker.serve             ... .......
  audit.read               ..m ..s.paA`
  .trim()
  .split('\n')
  .map(line => line.trim().split(/\s+/))

const somebody: Actor = { id: 'a1', roles: [], teams: [], via: 'api' }
const member = (role: TeamRole): Actor => ({ ...somebody, memberships: { ours: role } })

it('answers for every action of the contract and every role as the table here says', () => {
  expect(expected.map(([action]) => action)).toEqual([...actions])
  for (const [action = '', inTeam = '', installation = ''] of expected) {
    const found = actions.find(one => one === action)
    if (!found) throw new Error(`${action} is no action`)
    for (const [letter, role] of Object.entries(letters)) {
      const told = inTeam.includes(letter)
      const everybody = !inTeam.includes('.') && !installation.includes('.')
      expect(may(member(role), found, { team: 'ours' }), `${role}, ${action}`).toBe(told)
      expect(may(member(role), found, { team: null }), `${role}, ${action}`).toBe(told)
      expect(may(member(role), found, { team: 'theirs' }), `${role}, ${action}`).toBe(everybody)
    }
    for (const [letter, role] of Object.entries(installationLetters))
      for (const team of ['ours', null])
        expect(may({ ...somebody, roles: [role] }, found, { team }), `${role}, ${action}`).toBe(
          installation.includes(letter),
        )
  }
})

it('knows a letter for every role, so that none is left out above', () => {
  expect(Object.values(letters)).toEqual(TeamRole.options)
  expect(Object.values(installationLetters)).toEqual(InstallationRole.options)
})

it('lets an account without a role look at the catalogue and itself, and a role that is not in the table do no more', () => {
  // A row of an older or newer Kade can hold a role that this one does not know.
  const stranger = {
    ...somebody,
    roles: ['visitor'],
    memberships: { ours: 'guest' },
  } as unknown as Actor
  for (const one of [somebody, stranger])
    expect(actions.filter(action => may(one, action, { team: 'ours' }))).toEqual(
      expected
        .filter(row => !row.join('').includes('..') && row[2] === 'cesrpaA')
        .map(row => row[0]),
    )
})

it('takes no name for a team that JavaScript gave every object', () => {
  for (const team of ['__proto__', 'constructor', 'toString'])
    expect(may(member('team-maintainer'), 'deployment.read', { team })).toBe(false)
})

it('lets a worker serve the clusters of its credential, and do nothing else', () => {
  const worker: Actor = { id: 'c1', roles: ['worker'], teams: [], clusters: ['paris'], via: 'api' }
  expect(may(worker, 'worker.serve', { team: null })).toBe(true)
  expect(may(worker, 'worker.serve', { team: null, cluster: 'paris' })).toBe(true)
  expect(may(worker, 'worker.serve', { team: null, cluster: 'amsterdam' })).toBe(false)
  for (const { action } of Object.values(contract))
    expect(may(worker, action, { team: null })).toBe(false)
})

it('leaves an actor the teams in which it may do what is asked, and points others to the roles that may', () => {
  const memberships = { ours: 'developer', theirs: 'viewer' } as const
  const actor: Actor = { ...somebody, memberships, teams: ['ours', 'theirs'] }
  expect(narrowed(may, actor, 'deployment.read').teams).toEqual(['ours', 'theirs'])
  expect(narrowed(may, actor, 'deployment.update').teams).toEqual(['ours'])
  expect(rolesWith('webhook.change')).toEqual(['team-maintainer'])
  expect(rolesWith('catalogue.read')).toEqual([])
})
