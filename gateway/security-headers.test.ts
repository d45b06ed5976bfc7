import { createHash } from 'node:crypto'
import { expect, it } from 'vitest'
import { contentSecurityPolicy } from './security-headers.ts'

const hash = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`

it('allows the inline scripts and styles of the built pages by hash, and no others', () => {
  const page = `<html><head><style>body{margin:0}</style><script>window.a = 1</script>
    <script type="module" src="/_nuxt/x.js"></script>
    <script type="application/json" id="data">{"a":1}</script></head></html>`
  const policy = contentSecurityPolicy([page, page])
  expect(policy).toContain(`script-src 'self' ${hash('window.a = 1')};`)
  expect(policy).toContain(`style-src 'self' ${hash('body{margin:0}')};`)
  expect(policy).not.toContain('unsafe')
})

it('is as strict as can be for a page without inline scripts', () => {
  expect(contentSecurityPolicy(['<script src="/a.js"></script>'])).toContain("script-src 'self';")
})
