import { run } from '#cli/program.ts'

export type Typed = {
  readonly stdin?: string
  readonly env?: Record<string, string>
  /** What is answered to every question: with it somebody sits at the terminal. */
  readonly answer?: string
}

/** What `kade` says to a line that somebody types, and the exit code; it asks the Kade whose connection file is in `home`. */
export async function typed(line: string, home: string, more: Typed = {}) {
  const out: string[] = []
  const err: string[] = []
  const terminal = {
    out: (said: string) => out.push(said),
    err: (said: string) => err.push(said),
    env: { KADE_HOME: home, ...more.env },
    interactive: more.answer !== undefined,
    readStdin: async () => more.stdin ?? '',
    ask: async (question: string) => {
      err.push(question)
      return more.answer ?? ''
    },
  }
  const code = await run(line.split(' '), terminal, '0.0.0')
  return { code, out: out.join('\n'), err: err.join('\n') }
}
