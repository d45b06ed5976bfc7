import type { Text } from '#api/names.ts'

/** What a command sees of the person it talks to. */
export type Terminal = {
  out(line: string): void
  /** Progress and complaints, so that what a script reads stays clean. */
  err(line: string): void
  readonly env: Readonly<Record<string, string | undefined>>
  /** A person sits there, who can answer. */
  readonly interactive: boolean
  readStdin(): Promise<string>
  /** Asks a question on the terminal. */
  ask(question: string): Promise<string>
}

/** A mistake in how the command was called; said in one line in the reader's language, exit code 2. */
export class UsageError extends Error {
  override name = 'UsageError'
  readonly text: Text

  constructor(text: Text, options?: ErrorOptions) {
    super(text.en, options)
    this.text = text
  }
}

/** The language of texts that come from Kade: `KADE_LANG`, else the locale; English unless Dutch. */
export function languageOf(env: Terminal['env']): 'en' | 'nl' {
  const locale = env.KADE_LANG ?? env.LC_ALL ?? env.LC_MESSAGES ?? env.LANG ?? ''
  return locale.toLowerCase().startsWith('nl') ? 'nl' : 'en'
}

export function tell(terminal: Terminal, text: Text): string {
  return text[languageOf(terminal.env)]
}
