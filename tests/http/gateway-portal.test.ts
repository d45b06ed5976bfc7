import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type GatewayGround, gatewayGround, recordingPlatform } from '#tests/support/gateway.ts'

let ground: GatewayGround
let portalDir: string
let url: string
beforeAll(async () => {
  portalDir = await mkdtemp(path.join(tmpdir(), 'kade-portal-'))
  await mkdir(path.join(portalDir, '_nuxt'))
  await writeFile(
    path.join(portalDir, 'index.html'),
    '<!doctype html><script>window.kade = 1</script><div id="app"></div>',
  )
  await writeFile(path.join(portalDir, '_nuxt', 'entry.4f2a.js'), 'console.log(1)')
  await writeFile(path.join(portalDir, 'icon.svg'), '<svg xmlns="http://www.w3.org/2000/svg"/>')
  ground = await gatewayGround()
  url = (await ground.start({ ...recordingPlatform(), portalDir })).url
})
afterAll(async () => {
  await ground?.stop()
  await rm(portalDir, { recursive: true, force: true })
})

const page = { headers: { accept: 'text/html,application/xhtml+xml' } }

it('serves the page at every address of the portal, under its policy', async () => {
  for (const address of ['/', '/dashboard', '/deployments/team-a/chat', '/deploy/new?app=qdrant']) {
    const response = await fetch(url + address, page)
    expect(response.status).toBe(200)
    expect(await response.text()).toContain('<div id="app">')
    const policy = response.headers.get('content-security-policy')
    expect(policy).toMatch(/script-src 'self' 'sha256-[^']+';/)
    expect(policy).not.toContain('unsafe')
    expect(response.headers.get('cache-control')).toBe('no-cache')
    expect(response.headers.get('x-frame-options')).toBe('DENY')
  }
})

it('keeps hashed files for a year, and other files not', async () => {
  const script = await fetch(`${url}/_nuxt/entry.4f2a.js`)
  expect(script.headers.get('content-type')).toContain('javascript')
  expect(script.headers.get('cache-control')).toBe('public, max-age=31536000, immutable')
  expect(script.headers.get('x-content-type-options')).toBe('nosniff')
  const icon = await fetch(`${url}/icon.svg`)
  expect(icon.headers.get('content-type')).toContain('image/svg+xml')
  expect(icon.headers.get('cache-control')).toBe('no-cache')
  expect(icon.headers.get('content-security-policy')).toContain("object-src 'none'")
})

it('answers a missing file with 404, and never leaves its directory', async () => {
  for (const address of ['/_nuxt/gone.js', '/..%2f..%2fetc/passwd', '/%2e%2e/%2e%2e/etc/passwd'])
    expect((await fetch(url + address)).status).toBe(404)
  expect((await fetch(`${url}/api/v1/x`, page)).status).toBe(401)
})

it('says what to do when the portal was not built', async () => {
  const { url: bare } = await ground.start(recordingPlatform())
  const response = await fetch(`${bare}/`, page)
  expect(response.status).toBe(503)
  expect(await response.text()).toContain('npm run build')
})
