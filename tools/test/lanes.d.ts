export const PROJECTS: string[]
/** Rounds of lanes of projects: rounds one after the other, lanes side by side, projects of a lane in order. */
export function roundsOf(chosen: string[]): string[][][]
