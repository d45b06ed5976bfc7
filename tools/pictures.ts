import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromium, type Page } from 'playwright-core'

/**
 * Takes the pictures of the documentation from a Kade that runs: `node tools/pictures.ts <sign-in link>`. The deployment that
 * the dashboard lists last is the one portrayed.
 */
const [link] = process.argv.slice(2)
if (!link) throw new Error('Give the sign-in link that `kade up` printed.')
const { origin } = new URL(link)
const folder = fileURLToPath(new URL('../docs/pictures/', import.meta.url))
const profile = await mkdtemp(path.join(tmpdir(), 'kade-pictures-'))
const context = await chromium.launchPersistentContext(profile, {
  executablePath: process.env.CHROME_PATH ?? '/usr/bin/chromium',
  headless: true,
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
  locale: 'en-GB',
  reducedMotion: 'reduce',
  viewport: { width: 1280, height: 860 },
})

try {
  await mkdir(folder, { recursive: true })
  const page = await context.newPage()
  await page.goto(link)
  await page.locator('h1').waitFor()
  await take(page, '/catalog', 'catalog')
  await take(page, '/dashboard', 'dashboard')
  const address = await page.locator('main li h2 a').last().getAttribute('href')
  if (!address) throw new Error('Nothing is deployed that could be portrayed.')
  await take(page, address, 'deployment')
} finally {
  await context.close()
  await rm(profile, { recursive: true, force: true })
}

async function take(page: Page, address: string, name: string): Promise<void> {
  await page.goto(origin + address)
  await page.locator('main li').first().waitFor()
  await page.screenshot({ path: path.join(folder, `${name}.png`) })
}
