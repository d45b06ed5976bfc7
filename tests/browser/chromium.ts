import { access, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type BrowserContext, chromium, type Page } from 'playwright-core'

const candidates = [
  process.env.CHROME_PATH,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
]

const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

async function executable(): Promise<string> {
  for (const candidate of candidates) {
    if (!candidate) continue
    const there = await access(candidate).then(
      () => true,
      () => false,
    )
    if (there) return candidate
  }
  throw new Error('No Chromium found. Install it (apt-get install chromium), or set CHROME_PATH.')
}

export type Browser = {
  readonly page: Page
  /** Whatever the browser complained about: breaches of the Content-Security-Policy and errors nobody caught. */
  readonly complaints: string[]
  close(): Promise<void>
}

/** A real Chromium with a profile of its own, which is gone when it closes. */
export async function openChromium(): Promise<Browser> {
  const profile = await mkdtemp(path.join(tmpdir(), 'kade-chromium-'))
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: await executable(),
    headless: true,
    args: flags,
    locale: 'en-GB',
    reducedMotion: 'reduce',
    viewport: { width: 1280, height: 900 },
  })
  const page = context.pages()[0] ?? (await context.newPage())
  page.setDefaultTimeout(20_000)
  const complaints = complaintsOf(page)
  return { page, complaints, close: () => closeAll(context, profile) }
}

function complaintsOf(page: Page): string[] {
  const complaints: string[] = []
  page.on('pageerror', error => complaints.push(`uncaught: ${error.message}`))
  page.on('console', message => {
    if (/Content.Security.Policy/i.test(message.text())) complaints.push(message.text())
  })
  return complaints
}

async function closeAll(context: BrowserContext, profile: string): Promise<void> {
  await context.close()
  await rm(profile, { recursive: true, force: true, maxRetries: 3 })
}
