import { expect, it } from 'vitest'
import { readEventSettings } from './event-settings.ts'

it('reads where events go, and sends them nowhere unasked but to their own cluster', () => {
  expect(readEventSettings({})).toEqual({ source: null, nats: null, kubernetes: true })
  expect(
    readEventSettings({
      KADE_EVENT_SOURCE: 'urn:nld:oin:00000001234567890000:systeem:kade',
      KADE_NATS_URL: 'tls://a:4222, tls://b:4222',
      KADE_NATS_CREDENTIALS: '/etc/kade/nats.creds',
    }),
  ).toEqual({
    source: 'urn:nld:oin:00000001234567890000:systeem:kade',
    nats: {
      url: 'tls://a:4222, tls://b:4222',
      credentials: '/etc/kade/nats.creds',
      stream: undefined,
    },
    kubernetes: true,
  })
})

it('refuses what cannot be meant, without repeating a password', () => {
  expect(() => readEventSettings({ KADE_EVENT_SOURCE: 'kade' })).toThrow(/no URI/)
  expect(() => readEventSettings({ KADE_NATS_URL: 'http://a' })).toThrow(/no address/)
  for (const scheme of ['http', 'nats', 'tls']) {
    const wrong = () => readEventSettings({ KADE_NATS_URL: `${scheme}://user:hunter2@a:4222` })
    expect(wrong).toThrow(/KADE_NATS_URL.*password/)
    expect(wrong).not.toThrow(/hunter2/)
  }
})

it('refuses servers of which some would be spoken to in the clear', () => {
  const mixed = () => readEventSettings({ KADE_NATS_URL: 'nats://a:4222,tls://b:4222' })
  expect(mixed).toThrow(/mixes/)
})

it('tells clusters nothing where that is said, and takes no other word', () => {
  expect(readEventSettings({ KADE_KUBERNETES_EVENTS: 'off' }).kubernetes).toBe(false)
  expect(() => readEventSettings({ KADE_KUBERNETES_EVENTS: 'false' })).toThrow(/on nor off/)
})
