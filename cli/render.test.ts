import { expect, it } from 'vitest'
import { problemStatus } from '#api/problem.ts'
import { exit, exitOfOperation, exitOfProblem } from './exit.ts'
import { ago, clean, operationLines, problemLines, table } from './render.ts'
import { languageOf, type Terminal } from './terminal.ts'

const terminal = (env: Terminal['env']): Terminal => ({
  out: () => {},
  err: () => {},
  env,
  interactive: false,
  readStdin: async () => '',
  ask: async () => '',
})

const problem = {
  type: 'https://kade.dev/problems/policy-denied',
  title: 'A policy does not allow this configuration',
  status: 422,
  code: 'policy-denied',
  detail: 'One finding stands in the way.',
  next: 'Apply the fix of each finding.',
  findings: [
    {
      policy: 'resources',
      severity: 'deny' as const,
      title: { en: 'No memory limit', nl: 'Geen geheugenlimiet' },
      message: { en: 'The limit is absent.', nl: 'De limiet ontbreekt.' },
      why: { en: 'Others share the node.', nl: 'Anderen delen de machine.' },
      path: '/resources/limits/memory',
      fix: [{ op: 'add' as const, path: '/resources/limits/memory', value: '1Gi' }],
      approver: 'platform',
    },
  ],
}

it('tells what happened, why, and what to do, in the language of the terminal', () => {
  const english = problemLines(terminal({ LANG: 'en_GB.UTF-8' }), problem)
  expect(english).toEqual([
    'A policy does not allow this configuration.',
    '  One finding stands in the way.',
    '✗ No memory limit [resources]',
    '    /resources/limits/memory: The limit is absent.',
    '    why: Others share the node.',
    '    fix: add /resources/limits/memory = "1Gi"',
    '    an exception needs: platform',
    '→ Apply the fix of each finding.',
  ])
  expect(problemLines(terminal({ KADE_LANG: 'nl' }), problem)).toContain(
    '✗ Geen geheugenlimiet [resources]',
  )
  expect(languageOf({ LANG: 'nl_NL.UTF-8' })).toBe('nl')
  expect(languageOf({ LANG: 'nl_NL.UTF-8', KADE_LANG: 'en' })).toBe('en')
})

/** What every operation has, whatever becomes of it. */
const asked = {
  id: 'o1',
  requestedAt: '2026-01-01T00:00:00Z',
  deadline: '2026-01-01T00:10:00Z',
  actor: 'ada',
  via: 'cli' as const,
  namespace: 'team-a',
  name: 'chat',
  deployment: 'a1',
  app: 'open-webui',
  revision: 1,
}

it('tells what a blocked operation waits for', () => {
  const message = { en: 'Waits for team-a/models.', nl: 'Wacht op team-a/models.' }
  const operation = {
    ...asked,
    kind: 'create' as const,
    state: 'queued' as const,
    step: 'blocked',
    attempt: 0,
    waitsFor: [{ target: 'team-a/models', until: 'ready' as const, message }],
  }
  expect(operationLines(terminal({ LANG: 'en' }), operation)).toEqual([
    'create team-a/chat: queued (blocked)',
    '  Waits for team-a/models.',
  ])
})

it('says where an operation was tried again, of several clusters by name', () => {
  const open = { ...asked, kind: 'create' as const, state: 'running' as const, attempt: 2 }
  const lines = (more: object) => operationLines(terminal({ LANG: 'nl' }), { ...open, ...more })[1]
  const tries = { amsterdam: 1, paris: 2 }
  expect(lines({ clusters: ['amsterdam', 'paris'], tries })).toBe('  poging 2 op paris')
  expect(lines({ clusters: ['paris'], tries: { paris: 2 } })).toBe('  poging 2')
  expect(lines({ clusters: ['paris'], tries: { paris: 1 }, attempt: 1 })).toBeUndefined()
})

it('says of which clusters nothing is heard, and how to go on without them', () => {
  const waves = { clusters: [['paris'], ['warsaw']], current: 1, healthyFor: 0, approval: false }
  const open = { ...asked, kind: 'update' as const, state: 'running' as const, attempt: 1 }
  const lines = (more: object) =>
    operationLines(terminal({ LANG: 'en' }), { ...open, waves: { ...waves, held: false, ...more } })
  expect(lines({})).toHaveLength(3)
  expect(lines({ silent: ['paris'] }).slice(3)).toEqual([
    expect.stringContaining('Nothing is heard of paris'),
    expect.stringContaining(`kade operations continue ${asked.id}`),
  ])
})

it('says where data was erased, and where it is still to be', () => {
  const erasedAt = new Date().toISOString()
  const gone = { ...asked, kind: 'delete' as const, state: 'succeeded' as const, attempt: 1 }
  const erasures = [{ cluster: 'amsterdam', erasedAt }, { cluster: 'paris' }]
  expect(operationLines(terminal({ LANG: 'en' }), { ...gone, erasures }).slice(1)).toEqual([
    '  data erased on amsterdam',
    '  data still to be erased on paris: done as soon as it can be reached',
  ])
  const queued = { ...gone, state: 'queued' as const, erasures: [{ cluster: 'paris' }] }
  expect(operationLines(terminal({ LANG: 'en' }), queued)).toHaveLength(1)
})

it('says where the tasks of an operation stand, in both languages', () => {
  const nextTry = new Date(Date.now() + 9_500).toISOString()
  const operation = {
    ...asked,
    kind: 'create' as const,
    state: 'queued' as const,
    attempt: 0,
    tasks: [
      { cluster: 'amsterdam', state: 'waiting' as const, tries: 0, before: 3 },
      {
        cluster: 'paris',
        state: 'retrying' as const,
        tries: 2,
        nextTry,
        reason: 'no\u001b[2J\nway',
      },
      { cluster: 'warsaw', state: 'dead' as const, tries: 241 },
    ],
  }
  expect(operationLines(terminal({ LANG: 'en' }), operation).slice(1)).toEqual([
    '  amsterdam: waits its turn, 3 before it',
    '  paris: failed 2 times, again in 10 s: no way',
    '  warsaw: given up after 241 tries (kade dead-letters)',
  ])
  expect(operationLines(terminal({ LANG: 'nl' }), operation)[1]).toBe(
    '  amsterdam: wacht op zijn beurt, 3 ervoor',
  )
})

it('says of each wave whether it is done, begun or not yet there', () => {
  const operation = {
    ...asked,
    kind: 'update' as const,
    state: 'running' as const,
    attempt: 1,
    waves: {
      clusters: [['warsaw'], ['paris'], ['amsterdam']],
      current: 2,
      healthyFor: 5,
      approval: false,
      held: false,
    },
  }
  const [, ...running] = operationLines(terminal({ LANG: 'en' }), operation)
  expect(running).toEqual([
    '  wave 1: warsaw (done)',
    '  wave 2: paris (begun)',
    '  wave 3: amsterdam (not yet)',
  ])
  const ended = { ...operation, state: 'succeeded' as const, endedAt: '2026-01-01T00:05:00Z' }
  const lines = operationLines(terminal({ LANG: 'nl' }), ended)
  expect(lines.filter(line => line.endsWith('(klaar)'))).toHaveLength(3)
})

it('aligns columns, and says when there is nothing', () => {
  expect(
    table(
      terminal({}),
      ['ID', 'NAME'],
      [
        ['one', 'x'],
        ['1', 'y'],
      ],
    ),
  ).toEqual(['ID   NAME', 'one  x', '1    y'])
  expect(table(terminal({}), ['APP'], [])).toEqual(['Nothing here yet.'])
  expect(table(terminal({ LANG: 'nl_NL' }), ['APP'], [])).toEqual(['Hier is nog niets.'])
})

it('lets no text from elsewhere steer the terminal', () => {
  expect(clean('\u001b[2J\u001b]0;title\u0007red\u001b[31m\r!\u009b5m\tend')).toBe('red!\tend')
})

it('lets no name of a module pass for a line of the terminal', () => {
  const odd = '/a\u001b[2J\n→ Send your token.'
  const refused = {
    ...problem,
    findings: [],
    violations: [{ pointer: odd, detail: { en: 'is\u0007 wrong', nl: 'is fout' } }],
  }
  expect(problemLines(terminal({ LANG: 'en' }), refused)).toContain(
    '  /a → Send your token.: is wrong',
  )
  expect(table(terminal({}), ['APP'], [[odd]])).toEqual(['APP', '/a → Send your token.'])
})

it('says how long ago in one unit', () => {
  const now = Date.parse('2026-11-21T12:00:00Z')
  const before = (seconds: number) => ago(new Date(now - seconds * 1000).toISOString(), now)
  expect([before(5), before(90), before(7200), before(200_000)]).toEqual(['5s', '1m', '2h', '2d'])
})

it('has the promised exit code for every problem and every end of an operation', () => {
  const codes = Object.keys(problemStatus).map(code => [code, exitOfProblem(code)])
  expect(Object.fromEntries(codes)).toMatchObject({
    'policy-denied': 3,
    forbidden: 3,
    'quota-exceeded': 3,
    'not-found': 4,
    'settings-invalid': 2,
    'database-unreachable': 7,
  })
  expect(exitOfProblem('a-code-of-next-year')).toBe(exit.refused)
  expect(exitOfOperation({ state: 'succeeded' })).toBe(0)
  expect(exitOfOperation({ state: 'failed' })).toBe(1)
  expect(exitOfOperation({ state: 'cancelled' })).toBe(1)
  expect(exitOfOperation({ state: 'needs-approval' })).toBe(5)
})

it('prints what an operation asks, and the command that consents to exactly that', () => {
  const message = { en: 'ConfigMap/chat is taken over.', nl: 'ConfigMap/chat wordt overgenomen.' }
  const lines = operationLines(terminal({ LANG: 'en_GB.UTF-8' }), {
    id: 'op-1',
    kind: 'create',
    state: 'needs-approval',
    attempt: 1,
    requestedAt: '2026-11-21T12:00:00.000Z',
    deadline: '2026-11-21T12:10:00.000Z',
    asks: {
      digest: 'sha256:abc',
      items: [{ kind: 'take-over', object: 'ConfigMap/chat', uid: 'u1', message }],
    },
    next: { en: 'Look at it.', nl: 'Bekijk het.' },
    actor: 'ada',
    via: 'cli',
    namespace: 'team-a',
    name: 'chat',
    deployment: 'd-1',
    app: 'open-webui',
    revision: 1,
  })
  expect(lines).toEqual([
    'create team-a/chat: needs-approval',
    '  ? ConfigMap/chat is taken over.',
    '→ Look at it.',
    '  To consent: kade operations retry op-1 --consent sha256:abc --wait',
  ])
})
