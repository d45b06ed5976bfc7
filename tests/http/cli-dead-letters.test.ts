import { expect, it } from 'vitest'
import { cliAtDoor } from '#tests/support/cli-at-door.ts'

const id = '1e4a0000-0000-4000-8000-000000000000'
const letter = {
  id,
  queue: 'on.roll-back-failed-update',
  handler: 'roll-back-failed-update',
  event: 'DeploymentFailed',
  subject: `deployment-${id}`,
  at: '2026-11-28T10:00:00.000Z',
  attempts: 11,
  error: 'it broke\u001b[2J\nin two lines',
}

const { kade, called } = cliAtDoor({
  listDeadLetters: () => ({ items: [letter], next: 'further' }),
  replayDeadLetter: () => letter,
})

it('lists dead letters with handler, event and reason, on one line each', async () => {
  const { code, out } = await kade('dead-letters')
  expect(code).toBe(0)
  const [, row = '', more] = out.split('\n')
  expect(row).toMatch(
    /roll-back-failed-update\s+DeploymentFailed\s+deployment-1e4a.*\s11\s.*it broke.*in two lines/,
  )
  expect(out).not.toContain('\u001b')
  expect(more).toBe('There is more: kade dead-letters --cursor further')
  expect(JSON.parse((await kade('dead-letters -o json')).out).items).toEqual([letter])
})

it('has one tried again, or given up', async () => {
  expect((await kade(`dead-letters replay ${id}`)).code).toBe(0)
  expect((await kade(`dead-letters discard ${id}`)).code).toBe(0)
  for (const route of ['replayDeadLetter', 'discardDeadLetter'])
    expect(called(route)).toMatchObject({ params: { id } })
})
