import { expect, it } from 'vitest'
import { cliAtDoor } from '#tests/support/cli-at-door.ts'

const id = '1e4a0000-0000-4000-8000-000000000000'
const notification = {
  id,
  kind: 'failed',
  text: { en: 'It failed\u001b[2J.', nl: 'Het mislukte.' },
  at: '2026-11-28T10:00:00.000Z',
  read: false,
}

const { kade, calls } = cliAtDoor({
  listNotifications: () => ({ items: [notification], next: null, unread: 1 }),
})

it('lists what is unread, in the language of the terminal', async () => {
  const { out } = await kade('notifications --unread')
  expect(out).toMatch(/no\s+It failed/)
  expect(out).not.toContain('\u001b')
  expect(calls.at(-1)).toMatchObject({
    route: 'listNotifications',
    call: { query: { unread: true } },
  })
  const dutch = await kade('notifications', { env: { LANG: 'nl_NL.UTF-8' } })
  expect(dutch.out).toContain('Het mislukte.')
})

it('marks one as read, or all, and nothing that was not said', async () => {
  expect((await kade(`notifications read ${id}`)).code).toBe(0)
  expect(calls.at(-1)).toMatchObject({
    route: 'readNotification',
    call: { params: { notification: id } },
  })
  expect((await kade('notifications read --all')).code).toBe(0)
  expect(calls.at(-1)).toMatchObject({ route: 'readAllNotifications' })
  expect((await kade('notifications read')).code).toBe(2)
})
