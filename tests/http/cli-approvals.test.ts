import { expect, it } from 'vitest'
import { cliAtDoor } from '#tests/support/cli-at-door.ts'

const id = '1e4a0000-0000-4000-8000-000000000000'
const shown = `sha256:${'a'.repeat(64)}`
const finding = {
  ...{ policy: 'image-known', severity: 'deny', path: '/objects/0', fix: null },
  title: { en: 'The image is known', nl: 'De image is bekend' },
  message: { en: 'It comes from elsewhere\u001b[2J.', nl: 'Hij komt van elders.' },
  why: { en: 'Who looks after it is not known.', nl: 'Wie erop let is niet bekend.' },
  approver: 'security',
  exception: { state: 'possible' },
}
const approval = {
  ...{ id, kind: 'exception', state: 'requested', team: 'a', namespace: 'ours' },
  ...{ deployment: 'vectors', policy: 'image-known', approver: 'security-officer' },
  ...{ reason: 'a rehearsal', until: '2027-02-26T12:00:00.000Z', decision: null, shown },
  expiresAt: '2026-12-05T12:00:00.000Z',
  requestedBy: { id: 'ada', name: 'Ada' },
  requestedAt: '2026-11-28T12:00:00.000Z',
}
const detail = {
  ...approval,
  what: {
    kind: 'exception',
    request: { app: 'qdrant' },
    target: {
      ...{ app: 'qdrant', version: '1', namespace: 'ours', name: 'vectors', team: 'a' },
      ...{ environment: 'prod', clusters: ['amsterdam'] },
    },
    ...{ policy: 'image-known', findings: [finding], changes: [] },
    ...{ reason: 'a rehearsal', until: approval.until, requestedBy: 'ada' },
    resources: { cpu: '1', memory: '1Gi', storage: '0' },
    ...{ bundle: 'sha256:1', content: 'sha256:2' },
  },
  mine: { mayDecide: true, mayWithdraw: false },
}

const cli = cliAtDoor({
  listApprovals: () => ({ items: [approval], next: 'older' }),
  readApproval: () => detail,
  requestApproval: () => detail,
  giveApproval: () => ({ ...detail, state: 'given' }),
  refuseApproval: () => ({ ...detail, state: 'refused' }),
  withdrawApproval: () => ({ ...detail, state: 'withdrawn' }),
})
const dutch = { env: { KADE_LANG: 'nl' } }

it('lists what is asked, in the language of the terminal, and refuses a state that is none', async () => {
  const { out } = await cli.kade('approvals --state requested')
  expect(out).toMatch(/1e4a0000-\S+ +ours\/vectors +image-known +requested +2027-02-26/)
  expect(out).toContain('kade approvals --cursor older')
  expect(cli.called('listApprovals')).toMatchObject({ query: { state: 'requested', limit: 50 } })
  expect((await cli.kade('approvals', dutch)).out).toContain('gevraagd')
  expect((await cli.kade('approvals --state perhaps', dutch)).err).toContain('geen toestand')
})

it('shows what was shown, and how to consent to exactly that', async () => {
  const { out } = await cli.kade(`approvals show ${id}`)
  expect(out).toContain('a rehearsal')
  expect(out).toContain('It comes from elsewhere')
  expect(out).not.toContain('\u001b')
  expect(out).toContain(`kade approvals approve ${id} --shown ${shown}`)
  const blocked = { en: 'You asked for this.', nl: 'Je vroeg dit zelf.' }
  cli.answers = {
    readApproval: () => ({
      ...detail,
      mine: { mayDecide: false, mayWithdraw: true, why: blocked },
    }),
  }
  const mine = await cli.kade(`approvals show ${id}`, dutch)
  expect(mine.out).toContain('Je vroeg dit zelf.')
  expect(mine.out).not.toContain('kade approvals approve')
})

it('asks for one, with the configuration that was refused', async () => {
  const line =
    'approvals request qdrant -n ours --name vectors --replicas 2 --policy image-known --why=rehearsal'
  const { code, out } = await cli.kade(`${line} --until 2027-01-31`)
  expect(code).toBe(0)
  expect(out).toContain(`kade approvals show ${id}`)
  expect(cli.called('requestApproval')).toMatchObject({
    body: {
      deployment: { app: 'qdrant', namespace: 'ours', name: 'vectors', replicas: 2 },
      ...{ policy: 'image-known', reason: 'rehearsal', until: '2027-01-31' },
    },
  })
})

it('decides by the digest that was shown, refuses with a reason, takes back', async () => {
  expect((await cli.kade(`approvals approve ${id}`)).code).not.toBe(0)
  expect((await cli.kade(`approvals refuse ${id}`)).code).not.toBe(0)
  expect(cli.calls).toEqual([])
  expect((await cli.kade(`approvals approve ${id} --shown ${shown}`)).out).toContain('given')
  expect(cli.called('giveApproval')).toMatchObject({ params: { approval: id }, body: { shown } })
  const refused = await cli.kade(`approvals refuse ${id} --reason no`, dutch)
  expect(refused.out).toContain('afgewezen')
  expect((await cli.kade(`approvals withdraw ${id}`)).out).toContain('withdrawn')
})
