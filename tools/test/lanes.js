/** What `npm test` runs beside what: tests that stand on servers mostly wait for them. */

/** Rounds come one after the other. The lanes of a round run side by side, each its projects in order. */
const ROUNDS = [[['unit']], [['rules']], [['cluster'], ['database', 'browser', 'real-node']]]

/** Every project that `npm test` knows, in order. */
export const PROJECTS = ROUNDS.flat(2)

/** The rounds without what was not asked for; see lanes.d.ts. */
export function roundsOf(chosen) {
  const asked = lanes =>
    lanes
      .map(lane => lane.filter(project => chosen.includes(project)))
      .filter(lane => lane.length > 0)
  return ROUNDS.map(asked).filter(lanes => lanes.length > 0)
}
