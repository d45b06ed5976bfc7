import { z } from 'zod'
import type { Text } from '#api/names.ts'
import type { Violation } from '#api/problem.ts'
import type { AppData, RenderInput } from '#kit/app.ts'
import { check } from '#kit/check.ts'
import { moduleKinds } from '#kit/kinds.ts'
import type { KubernetesObject } from '#kit/kubernetes-object.ts'
import { pointer } from '#kit/lint/read.ts'
import { podSecurityLevel } from '#kit/pod-security.ts'
import { violationsOf } from '#platform/violations-of.ts'
import { reachViolations } from './reach.ts'

/** What a stranger's module may render at once; the largest app of the catalogue has 8 objects and 12 KB. */
const most = { objects: 50, bytes: 192 * 1024, depth: 32, findings: 50 }

/** As much of an object as every rule relies on. The rest is open data, which rules read as such. */
const Envelope = z.looseObject({
  apiVersion: z.string().max(100),
  kind: z.string().max(100),
  metadata: z.looseObject({
    name: z.string(),
    namespace: z.string(),
    labels: z.record(z.string(), z.string()).optional(),
    annotations: z.record(z.string(), z.string()).optional(),
  }),
})
const Objects = z.array(Envelope).min(1).max(most.objects)

export type Judged =
  | { readonly ok: true; readonly objects: readonly KubernetesObject[] }
  | { readonly ok: false; readonly violations: readonly Violation[] }

/** Names that reach a prototype where somebody copies them carelessly, and depth that no object has. Walks without recursion. */
function shapeViolations(value: unknown): Violation[] {
  const waiting = [{ value, place: '', depth: 0 }]
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const { value: inside, place, depth } = next
    if (typeof inside !== 'object' || inside === null) continue
    if (depth > most.depth)
      return refuse('', `is nested deeper than ${most.depth}`, `is dieper genest dan ${most.depth}`)
    for (const [key, inner] of Object.entries(inside)) {
      const where = place + pointer(key)
      if (key === '__proto__')
        return refuse(where, 'is no name of a field', 'is geen naam van een veld')
      waiting.push({ value: inner, place: where, depth: depth + 1 })
    }
  }
  return []
}

function refuse(place: string, en: string, nl: string): Violation[] {
  return [{ pointer: place, detail: { en, nl } }]
}

function envelopeViolations(value: unknown): Violation[] {
  if (!Array.isArray(value))
    return refuse('', 'is not a list of objects', 'is geen lijst van objecten')
  if (value.length > most.objects)
    return refuse(
      '',
      `has ${value.length} objects; a module from outside may render ${most.objects}`,
      `heeft ${value.length} objecten; een module van buiten mag er ${most.objects} maken`,
    )
  // Before its size: to write what is too deep exhausts the stack.
  const shape = shapeViolations(value)
  if (shape.length > 0) return shape
  const bytes = Buffer.byteLength(JSON.stringify(value))
  if (bytes > most.bytes)
    return refuse(
      '',
      `is ${bytes} bytes; a module from outside may render ${most.bytes}`,
      `is ${bytes} bytes; een module van buiten mag er ${most.bytes} maken`,
    )
  return violationsOf(Objects.safeParse(value).error?.issues ?? [], '')
}

function placeViolations(objects: readonly KubernetesObject[], namespace: string): Violation[] {
  return objects.flatMap((object, index) => {
    const kind = `${object.apiVersion}/${object.kind}`
    return [
      ...(moduleKinds.has(kind)
        ? []
        : refuse(
            pointer(index, 'kind'),
            `a module may not make a ${kind}; allowed: ${[...moduleKinds].join(', ')}`,
            `een module mag geen ${kind} maken; wel: ${[...moduleKinds].join(', ')}`,
          )),
      ...(object.metadata.namespace === namespace
        ? []
        : refuse(
            pointer(index, 'metadata', 'namespace'),
            `must be ${namespace}: a module stays in the namespace it is deployed into`,
            `moet ${namespace} zijn: een module blijft in de namespace waarin hij wordt uitgerold`,
          )),
    ]
  })
}

function levelViolations(objects: readonly KubernetesObject[], app: AppData): Violation[] {
  const level = podSecurityLevel(objects)
  if (level === 'restricted' || (level === 'baseline' && app.relaxations.length > 0)) return []
  const detail: Text = {
    en: `its pods meet only the level "${level}" of the Pod Security Standards; they must meet "restricted", or the app says with relax why not`,
    nl: `zijn pods halen alleen het niveau "${level}" van de Pod Security Standards; ze moeten "restricted" halen, of de app zegt met relax waarom niet`,
  }
  return [{ pointer: '', detail }]
}

/**
 * Judges what a stranger's module rendered: size and shape, then kinds and namespace, the strict schemas, the linter, the Pod
 * Security Standards and its reach. Everything wrong is told at once, as far as the shape lets one look.
 */
export function judgeRendered(value: unknown, app: AppData, input: RenderInput): Judged {
  const envelope = envelopeViolations(value)
  if (envelope.length > 0) return { ok: false, violations: envelope.slice(0, most.findings) }
  // Its envelope was just parsed, and that is all the type says.
  const objects = value as readonly KubernetesObject[]
  const relaxed = app.relaxations.map(each => each.what)
  const own = [
    ...placeViolations(objects, input.namespace),
    ...reachViolations(objects, { app: app.id, input }),
    ...levelViolations(objects, app),
  ]
  const said = new Set(own.map(each => each.pointer))
  const checked = check(objects, relaxed)
    .filter(each => !said.has(each.pointer))
    .map(({ pointer: place, detail }) => ({ pointer: place, detail: { en: detail, nl: detail } }))
  const violations = [...own, ...checked]
  return violations.length === 0
    ? { ok: true, objects }
    : { ok: false, violations: violations.slice(0, most.findings) }
}
