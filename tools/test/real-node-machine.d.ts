/**
 * Why no real node can live on this machine, as the end of a sentence; undefined when one can. On Debian it installs the
 * packages that are missing, and says so first.
 */
export function whyNoRealNode(options?: {
  report?: (line: string) => void
}): Promise<string | undefined>
