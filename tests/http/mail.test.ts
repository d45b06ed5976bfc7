import type { AddressInfo } from 'node:net'
import { SMTPServer } from 'smtp-server'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { openSmtp } from '#platform/adapters/notify/smtp.ts'
import { type IdentityGround, identityGround, password } from '#tests/support/identity.ts'

type Received = { to: string[]; from: string; text: string; secure: boolean }
const received: Received[] = []
const failures: unknown[] = []
let takesNobody = false
let server: SMTPServer
let ground: IdentityGround

/** A real SMTP server on loopback. */
async function startServer(options: object = {}): Promise<{ server: SMTPServer; port: number }> {
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onRcptTo: (_address, _session, done) => done(takesNobody ? new Error('not here') : null),
    onData(stream, session, done) {
      const parts: Buffer[] = []
      stream.on('data', (part: Buffer) => parts.push(part))
      stream.on('end', () => {
        const { rcptTo, mailFrom } = session.envelope
        received.push({
          to: rcptTo.map(one => one.address),
          from: mailFrom ? mailFrom.address : '',
          text: Buffer.concat(parts).toString(),
          secure: session.secure,
        })
        done()
      })
    },
    ...options,
  })
  server.on('error', () => {})
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  // A server that listens on TCP has an address of this form.
  return { server, port: (server.server.address() as AddressInfo).port }
}

beforeAll(async () => {
  const started = await startServer()
  server = started.server
  const mailer = openSmtp({
    url: `smtp://127.0.0.1:${started.port}`,
    from: 'kade@gemeente.example',
    plain: true,
  })
  const post = {
    mailer,
    publicUrl: 'https://kade.gemeente.example',
    onError: (error: unknown) => void failures.push(error),
  }
  ground = await identityGround({ post })
})
afterAll(async () => {
  await ground?.stop()
  await new Promise<void>(resolve => server.close(() => resolve()))
})
beforeEach(() => {
  takesNobody = false
  received.length = 0
})

/** The token of the link in a message, as its reader would open it. */
function tokenIn(mail: Received | undefined, page: string): string {
  // Long lines of a message are folded with "=" at their end, and "=" itself is "=3D" (quoted-printable).
  const text = (mail?.text ?? '').replace(/=\r\n/g, '').replace(/=3D/g, '=')
  return (
    new RegExp(`https://kade\\.gemeente\\.example/${page}#token=([\\w-]{43})`).exec(text)?.[1] ?? ''
  )
}

describe('where Kade can send e-mail', () => {
  it('an invitation reaches the invited, and its link makes the account', async () => {
    const email = 'ada@gemeente.example'
    const { json } = await ground.owner.call('POST', '/invitations', { email })
    expect(json.link.mailed).toBe(true)
    expect(received).toMatchObject([{ to: [email], from: 'kade@gemeente.example' }])
    const token = tokenIn(received[0], 'register')
    const ada = ground.visitor()
    expect(
      (await ada.call('POST', '/registrations', { token, name: 'Ada', password })).status,
    ).toBe(201)
    expect((await ada.call('GET', '/profile')).json.emailVerified).toBe(false)
    expect((await ada.call('POST', '/profile/email-verification')).status).toBe(202)
    const proof = tokenIn(received[1], 'verify-email')
    const shown = () => ground.visitor().call('POST', '/email-verifications', { token: proof })
    expect((await shown()).status).toBe(204)
    expect((await shown()).status).toBe(401)
    expect((await ada.call('GET', '/profile')).json.emailVerified).toBe(true)
    expect((await ada.call('POST', '/profile/email-verification')).status).toBe(409)
  })

  it('who forgot a password gets a link, in the own language, and nobody else does', async () => {
    const ada = await ground.member({})
    await ada.call('PUT', '/profile', { name: 'Ada', language: 'nl' })
    received.length = 0
    const ask = (email: string) => ground.visitor().call('POST', '/password-resets', { email })
    await ask('nobody@gemeente.example')
    await ask(ada.email)
    await vi.waitFor(() => expect(received).toHaveLength(1), 10_000)
    expect(received[0]?.to).toEqual([ada.email])
    expect(received[0]?.text).toContain('Kies een nieuw wachtwoord voor Kade')
    expect(received[0]?.text).not.toContain('Choose a new password')
    const body = { token: tokenIn(received[0], 'reset-password'), password: 'nieuw paard accu' }
    expect((await ground.visitor().call('POST', '/password-resets/_complete', body)).status).toBe(
      204,
    )
  })

  it('and the server takes nothing, the link is still shown, and the failure is told', async () => {
    failures.length = 0
    const ada = await ground.member({})
    takesNobody = true
    const { json, status } = await ground.owner.call('POST', `/accounts/${ada.id}/password-reset`)
    expect(status).toBe(201)
    expect(json).toMatchObject({ mailed: false })
    expect(json.path).toMatch(/^\/reset-password#token=/)
    expect(failures).toHaveLength(1)
    // What is told of it names no link.
    expect(JSON.stringify(failures)).not.toContain('token=')
  })
})

it('says its password to no server without encryption', async () => {
  let asked = 0
  const { server: plain, port } = await startServer({
    authOptional: false,
    allowInsecureAuth: true,
    onAuth: (_auth: unknown, _session: unknown, done: (error: null, ok: object) => void) => {
      asked += 1
      done(null, { user: 'kade' })
    },
  })
  const mailer = openSmtp({ url: `smtp://kade:geheim@127.0.0.1:${port}`, from: 'kade@a.example' })
  await expect(mailer.send({ to: 'a@a.example', subject: 's', text: 't' })).rejects.toThrow()
  expect(asked).toBe(0)
  await new Promise<void>(resolve => plain.close(() => resolve()))
})
