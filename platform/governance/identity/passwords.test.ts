import { argon2Sync } from 'node:crypto'
import { expect, it } from 'vitest'
import { hashPassword, verifyPassword } from './passwords.ts'
import { refuseWeak } from './weak-passwords.ts'

it('knows the password again, on another keyboard too, and no other', async () => {
  const kept = await hashPassword('café am Gracht 7')
  expect(kept).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[\w+/]{22}\$[\w+/]{43}$/)
  expect(await verifyPassword('cafe\u0301 am Gracht 7', kept)).toBe(true)
  expect(await verifyPassword('café am Gracht 8', kept)).toBe(false)
  expect(await hashPassword('café am Gracht 7')).not.toBe(kept)
})

it('verifies what was made with other parameters', async () => {
  const nonce = Buffer.alloc(16, 7)
  const asked = {
    message: 'paard accu',
    nonce,
    memory: 64,
    passes: 1,
    parallelism: 2,
    tagLength: 16,
  }
  const hash = argon2Sync('argon2id', asked)
  const text = (bytes: Buffer) => bytes.toString('base64').replace(/=+$/, '')
  const kept = `$argon2id$v=19$m=64,t=1,p=2$${text(nonce)}$${text(hash)}`
  expect(await verifyPassword('paard accu', kept)).toBe(true)
  expect(await verifyPassword('paard accv', kept)).toBe(false)
})

it('says no where there is no password, or what was kept is no hash', async () => {
  for (const kept of [null, undefined, '', 'paard accu', '$argon2id$v=19$m=1,t=1,p=1$x$y'])
    expect(await verifyPassword('paard accu', kept)).toBe(false)
})

const ada = { email: 'ada.lovelace@gemeente.example', name: 'Ada Lovelace' }

it.each([
  'password1234',
  'Welkom2026!!',
  'wachtwoord12',
  'Lovelace-2026',
  'gemeente1234',
  'aaaaaaaaaaaa',
  'abababababab',
  '123456789012',
  'abcdefghijklm',
])('takes %s for too easy to guess', password => {
  expect(() => refuseWeak(password, ada)).toThrow('too easy to guess')
})

it.each(['paard accu nietje', 'correct horse battery', 'x9$kQ2!vLm0#'])('takes %s', password => {
  expect(() => refuseWeak(password, ada)).not.toThrow()
})
