/** Which file and apps stand for the real node in `npm test`; null when they are left out of it. */
export const smoke: { file: string; apps: readonly string[] } | null
/**
 * Builds the programs of a real node and assembles the images of these apps, of all when none is named; from the cache where
 * they lie there. Needs the network; rejects with what could not be made.
 */
export function prepareRealNode(
  root: string,
  options?: { apps?: readonly string[]; report?: (line: string) => void },
): Promise<void>
