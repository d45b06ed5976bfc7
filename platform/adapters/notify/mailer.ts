/** One message to one person, as plain text. */
export type Mail = { readonly to: string; readonly subject: string; readonly text: string }

/** The way out by e-mail, to a server that an administrator named. */
export type Mailer = {
  /** Resolves when the server took it; throws otherwise, within half a minute. */
  send(mail: Mail): Promise<void>
  close(): void
}
