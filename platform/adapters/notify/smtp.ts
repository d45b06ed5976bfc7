import { createTransport } from 'nodemailer'
import type { Mailer } from './mailer.ts'

export type SmtpOptions = {
  /** `smtp://` (with STARTTLS where the server has it) or `smtps://`, with user and password where it wants them. */
  readonly url: string
  /** Whom the messages come from. */
  readonly from: string
  /** Sends over an open connection too; only for a server on the same machine. */
  readonly plain?: boolean
}

const DEADLINE_MS = 10_000

/** A mailer over SMTP. Credentials go over an encrypted connection only. */
export function openSmtp({ url, from, plain = false }: SmtpOptions): Mailer {
  const { protocol, hostname, port, username, password } = new URL(url)
  const secure = protocol === 'smtps:'
  const transport = createTransport({
    host: hostname.replace(/^\[|\]$/g, ''),
    port: port ? Number(port) : secure ? 465 : 587,
    secure,
    requireTLS: !secure && !plain,
    connectionTimeout: DEADLINE_MS,
    greetingTimeout: DEADLINE_MS,
    socketTimeout: DEADLINE_MS,
    // What a message holds is text that we wrote: it reads no files and calls no addresses.
    disableFileAccess: true,
    disableUrlAccess: true,
    ...(username && {
      auth: { user: decodeURIComponent(username), pass: decodeURIComponent(password) },
    }),
  })
  return {
    send: async ({ to, subject, text }) => {
      // As an object, so that no comma or bracket in it makes two of one address.
      await transport.sendMail({ from, to: { name: '', address: to }, subject, text })
    },
    close: () => transport.close(),
  }
}
