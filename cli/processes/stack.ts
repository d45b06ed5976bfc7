import type { Report } from './report.ts'

export type Stop = () => Promise<void>

/** Starts things one on the other; `stop` takes them down in reverse order, and so does a start that fails half-way. */
export async function stack<T extends object>(
  report: Report,
  start: (stops: Stop[]) => Promise<T>,
): Promise<T & { stop: Stop }> {
  const stops: Stop[] = []
  const stop = async (): Promise<void> => {
    for (const one of stops.splice(0).reverse())
      await one().catch(error => report.problem('Something did not stop cleanly.', error))
  }
  try {
    return { ...(await start(stops)), stop }
  } catch (error) {
    await stop()
    throw error
  }
}
