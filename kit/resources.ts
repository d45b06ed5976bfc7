import type { AppResources, RenderInput } from './app.ts'
import { type Quantity, quantityValue } from './kubernetes/quantity.ts'

type Asked = RenderInput['resources']

/** What an author writes: both requests, a memory limit and a CPU limit, all as quantities. */
export type ResourceDefinition = {
  readonly requests: { readonly cpu: Quantity; readonly memory: Quantity }
  readonly limits: { readonly cpu: Quantity; readonly memory: Quantity }
}

type Pair = { readonly request: string; readonly limit: string | undefined }

function pair(own: Pair, asked: { [P in keyof Pair]: string | undefined }): Pair {
  const request = asked.request ?? own.request
  const limit = asked.limit ?? own.limit
  // What is absent or no quantity is crossed by nothing; the policies refuse the latter.
  const most = limit === undefined ? undefined : quantityValue(limit)
  const crossed = (quantityValue(request) ?? 0) > (most ?? Number.POSITIVE_INFINITY)
  // What the author crossed is not mended in silence: the linter says it.
  const isOwn = asked.request === undefined && asked.limit === undefined
  if (!crossed || isOwn) return { request, limit }
  // Only one of the two was asked for and crossed the app's own other one: that one follows.
  if (asked.limit === undefined) return { request, limit: request }
  if (asked.request === undefined) return { request: asked.limit, limit: asked.limit }
  return { request, limit }
}

/**
 * The app's own resources with what was asked over them; a request and a limit that were both asked for are kept as they
 * are. The one place that says what a container will run with: the kit renders it, the policies judge it.
 */
export function resourcesOf(own: AppResources, asked: Asked): AppResources {
  const cpu = pair(
    { request: own.requests.cpu, limit: own.limits.cpu },
    { request: asked?.requests?.cpu, limit: asked?.limits?.cpu },
  )
  const memory = pair(
    { request: own.requests.memory, limit: own.limits.memory },
    { request: asked?.requests?.memory, limit: asked?.limits?.memory },
  )
  return {
    requests: { cpu: cpu.request, memory: memory.request },
    limits: {
      ...(cpu.limit === undefined ? {} : { cpu: cpu.limit }),
      memory: memory.limit ?? own.limits.memory,
    },
  }
}
