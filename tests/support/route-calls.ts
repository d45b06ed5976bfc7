import { randomUUID } from 'node:crypto'
import { contract } from '#api/contract.ts'
import type { Route } from '#api/route.ts'

/** Every route of the contract by its name. */
export const routes = Object.entries(contract).map(([name, route]) => ({
  name,
  route: route as Route,
}))

/** The address of a route; parameters without a given value get one that leads to nothing. */
export function addressOf(route: Route, given: Readonly<Record<string, string>> = {}): string {
  const ids = ['operation', 'id', 'notification', 'webhook', 'delivery', 'credential', 'approval']
  const ofPeople = ['session', 'token', 'account', 'invitation']
  const values: Readonly<Record<string, string>> = {
    ...Object.fromEntries([...ids, ...ofPeople].map(name => [name, randomUUID()])),
    scope: 'team',
    code: 'BCDF-GHJK',
    ...given,
  }
  return `/api/v1${route.path.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? 'chat')}`
}

/** A body that each route takes. */
export const bodies: Record<string, unknown> = {
  createComposition: { namespace: 'team-a', name: 'both', members: [{ name: 'chat', app: 'x' }] },
  previewComposition: { namespace: 'team-a', name: 'both', members: [{ name: 'chat', app: 'x' }] },
  updateComposition: { members: [{ name: 'chat', app: 'x' }] },
  createDeployment: { app: 'qdrant', namespace: 'team-a', name: 'vectors' },
  previewDeployment: { app: 'qdrant', namespace: 'team-a', name: 'vectors' },
  updateDeployment: { settings: {} },
  rollbackDeployment: { revision: 1 },
  createNamespace: { name: 'team-a' },
  createWebhook: { name: 'tickets', url: 'https://hooks.example' },
  cordonCluster: { reason: 'repairs' },
  drainCluster: { reason: 'repairs' },
  createWorkerCredential: {
    name: 'paris',
    clusters: [{ name: 'paris', region: 'eu-fr', jurisdiction: 'FR' }],
  },
  requestApproval: {
    deployment: { app: 'qdrant', namespace: 'team-a', name: 'vectors' },
    policy: 'image-known',
    reason: 'x',
  },
  giveApproval: { shown: `sha256:${'0'.repeat(64)}` },
  refuseApproval: { reason: 'x' },
  withdrawApproval: {},
  setFailover: { mode: 'never' },
  moveDeployment: { to: ['paris'] },
  previewMove: { to: ['paris'] },
  continueOperation: { wave: 1 },
  spreadNamespace: {},
  changeWebhook: {},
  rotateWebhookSecret: {},
  setQuota: { cpu: '1' },
  changeProfile: { name: 'Ada', language: 'nl' },
  createToken: { name: 'pipeline' },
  setRoles: { roles: [] },
  createInvitation: { email: 'ada@example.org' },
  createTeam: { name: 'team-a' },
  setMember: { role: 'viewer' },
  replayWebhook: { since: '2026-11-28T10:00:00Z' },
  addApp: { bundle: 'x', passport: {}, readme: '', icon: '<svg />' },
}
