import { expect, it } from 'vitest'
import { InstallationRole, type Role, TeamRole } from '#api/roles.ts'
import { may } from '#platform/governance/may.ts'
import type { Actor } from '#platform/platform.ts'
import { firstPage } from './first-page.ts'

it('begins for each role with the page of its work', () => {
  const somebody: Actor = { id: 'a', roles: [], teams: [], via: 'portal' }
  const pageOf = (actor: Actor) => firstPage(action => may(actor, action, { team: null }))
  const ofTeams = TeamRole.options.map(role => [
    role,
    pageOf({ ...somebody, memberships: { a: role } }),
  ])
  const others = InstallationRole.options.map(role => [
    role,
    pageOf({ ...somebody, roles: [role] }),
  ])
  const pages: Record<Role, string> = Object.fromEntries([...ofTeams, ...others])
  expect(pages).toEqual({
    viewer: '/dashboard',
    developer: '/dashboard',
    'team-maintainer': '/dashboard',
    'community-member': '/catalog',
    'product-manager': '/catalog',
    'platform-engineer': '/operations',
    'security-officer': '/approvals',
    'privacy-officer': '/approvals',
    auditor: '/audit',
    'platform-admin': '/dashboard',
  })
})
