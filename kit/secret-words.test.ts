import { expect, it } from 'vitest'
import { looksSecret } from './secret-words.ts'

it.each([
  ['GITHUB_TOKEN', 'x'],
  ['OPENAI_API_KEY', 'x'],
  ['db_password', 'x'],
  ['PLAIN', `sk-${'a'.repeat(20)}`],
  ['PLAIN', 'postgres://user:pass@host/db'],
  ['PLAIN', '-----BEGIN RSA PRIVATE KEY-----'],
])('sees a secret in %s=%s', (name, value) => {
  expect(looksSecret(name, value)).toBe(true)
})

it.each([
  ['TOKEN_LIMIT', '4096'],
  ['SECRETARY', 'ada'],
  ['URL', 'https://example.org/a:b@c'],
  ['LOG_LEVEL', 'debug'],
])('sees none in %s=%s', (name, value) => {
  expect(looksSecret(name, value)).toBe(false)
})
