import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import type { Page } from 'playwright-core'

const source = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22a', 'wcag22aa', 'best-practice']

/**
 * What axe finds on the page as it stands, at any impact level: one line per element, so that a failure can be read.
 * The script comes in by the debugger's door, which the Content-Security-Policy does not close.
 */
export async function violationsOf(page: Page): Promise<string[]> {
  await page.evaluate(source)
  return page.evaluate(async wanted => {
    // axe puts itself on the window; its types are for modules only.
    const { axe } = window as unknown as { axe: typeof import('axe-core') }
    const { violations } = await axe.run(document, { runOnly: { type: 'tag', values: wanted } })
    return violations.flatMap(({ id, help, nodes }) =>
      nodes.map(node => `${id}: ${help} – ${node.target.join(' ')} ${node.failureSummary ?? ''}`),
    )
  }, tags)
}
