/** What a long-running process tells the person at its terminal: one line per step, problems on standard error. */
export type Report = {
  step(what: string, message: string): void
  line(text: string): void
  problem(message: string, error?: unknown): void
}

export function terminalReport(began = Date.now()): Report {
  const seconds = () => ((Date.now() - began) / 1000).toFixed(1).padStart(6)
  return {
    step: (what, message) => console.log(`${seconds()} s  ${what.padEnd(11)} ${message}`),
    line: text => console.log(text),
    problem: (message, error) => console.error(`${seconds()} s  ! ${message}${cause(error)}`),
  }
}

/** The same report until it is closed: what is cut off half-way by a stop is no problem to tell of. */
export function closable(report: Report): { report: Report; close: () => void } {
  let open = true
  return {
    report: {
      step: (...said) => open && report.step(...said),
      line: (...said) => open && report.line(...said),
      problem: (...said) => open && report.problem(...said),
    },
    close: () => {
      open = false
    },
  }
}

function cause(error: unknown): string {
  if (error === undefined) return ''
  const detail = messageOf(error)
  return process.env.KADE_DEBUG && error instanceof Error ? ` ${error.stack}` : ` ${detail}`
}

/** Also of what only looks like an error: the queue hands on copies of them. */
function messageOf(error: unknown): string {
  const isLike = typeof error === 'object' && error !== null && 'message' in error
  return String(isLike ? error.message : error)
}
