import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import fastifyStatic from '@fastify/static'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { contentSecurityPolicy, portalHeaders } from './security-headers.ts'

const notBuilt = `<!doctype html><html lang="en"><title>Kade</title>
<p>The portal is not built yet. Run <code>npm run build</code> and start Kade again; the API works already.</p></html>
`

export type Portal = {
  /** Answers a page of the portal: it finds its own way from the address. */
  sendPage(reply: FastifyReply): FastifyReply
}

/**
 * Serves the built portal from `directory` (`.output/public`). Its Content-Security-Policy follows from the pages as they
 * were built. Files below `/_nuxt/` carry a hash in their name and are kept for a year; pages are asked for each time.
 */
export async function registerPortal(
  app: FastifyInstance,
  directory: string | undefined,
  secure: boolean,
): Promise<Portal> {
  const built = directory !== undefined && existsSync(path.join(directory, 'index.html'))
  const pages = built ? await readPages(directory) : new Map([['index.html', notBuilt]])
  const headers = portalHeaders(secure, contentSecurityPolicy([...pages.values()]))
  const page = pages.get('index.html') ?? notBuilt
  if (built)
    await app.register(fastifyStatic, {
      root: directory,
      wildcard: false,
      index: false,
      cacheControl: false,
      globIgnore: ['**/*.html'],
      setHeaders: (reply, file) => {
        const hashed = path.relative(directory, file).startsWith(`_nuxt${path.sep}`)
        for (const [name, value] of Object.entries(headers)) reply.header(name, value)
        reply.header('cache-control', hashed ? 'public, max-age=31536000, immutable' : 'no-cache')
      },
    })
  const sendPage = (reply: FastifyReply) =>
    reply
      .code(built ? 200 : 503)
      .headers(headers)
      .header('cache-control', 'no-cache')
      .type('text/html; charset=utf-8')
      .send(page)
  app.get('/', (_request, reply) => sendPage(reply))
  return { sendPage }
}

/** Whether a person's browser is going somewhere, in contrast to a script or file that is missing. */
export function asksForPage(request: FastifyRequest): boolean {
  const reads = request.method === 'GET' || request.method === 'HEAD'
  const wantsPage = request.headers.accept?.includes('text/html') ?? false
  return reads && wantsPage && path.extname(request.url.split('?')[0] ?? '') === ''
}

async function readPages(directory: string): Promise<Map<string, string>> {
  const names = (await readdir(directory)).filter(name => name.endsWith('.html'))
  const pages = names.map(
    async name => [name, await readFile(path.join(directory, name), 'utf8')] as const,
  )
  return new Map(await Promise.all(pages))
}
