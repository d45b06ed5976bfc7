/** Runs one step of the preparation and tells the person at the terminal what it is and how long it took. */
export async function step(title, work, { log = console.log } = {}) {
  const begun = Date.now()
  const seconds = () => `${((Date.now() - begun) / 1000).toFixed(1)} s`
  log(`… ${title}`)
  const stillGoing = setInterval(() => log(`… ${title}: ${seconds()}`), 20_000)
  try {
    const note = await work()
    log(`✓ ${title}${note ? ` (${note})` : ''}: ${seconds()}`)
  } catch (error) {
    log(`✗ ${title}: ${seconds()}`)
    throw error
  } finally {
    clearInterval(stillGoing)
  }
}
