import type { FieldChange } from '#api/deployments.ts'
import type { KubernetesObject } from '#kit/kubernetes-object.ts'
import type { LiveObject } from '#platform/adapters/kubernetes/kube-api.ts'
import { type ChangedField, changedFields, holder, same } from './fields.ts'
import { isSecretValue, masked, maskedChange } from './masked.ts'
import { childrenOf, type Node, rootsOf } from './meant-fields.ts'

export type Sides = {
  /** As the last applied revision meant it. */
  readonly applied: KubernetesObject
  readonly live: LiveObject
  /** As the new revision means it. */
  readonly next: KubernetesObject
  /** What the server answered to the dry run: `next` with its defaults, and with what others hold. */
  readonly coming: KubernetesObject
}

/** The most fields of one object that are told one by one; the rest is counted. */
const mostFields = 200

/**
 * Pure: what applying `next` does to each field, and whose change that is.
 *
 *     you             the new revision means another value than the last; nobody touched it in between
 *     somebody-else   both revisions mean the same, and somebody changed it by hand: applying takes that back
 *     both            the new revision means another value, and somebody changed it by hand as well
 *
 * Whether somebody changed a field comes from the server's bookkeeping (`changedFields`), so its defaults and its way of
 * writing a value are nobody's change. A field that applying leaves as it stands is left out, whoever changed it: so is what
 * an ignore rule leaves to others, as the server's answer shows.
 */
export function fieldChanges(sides: Sides): { fields: FieldChange[]; more: number } {
  const drifted = new Map(changedFields(sides.applied, sides.live).map(one => [one.path, one]))
  const found: FieldChange[] = []
  const visit = (node: Node): void => {
    const here = drifted.get(node.pointer)
    const children = here === undefined ? childrenOf(node) : null
    if (children !== null) {
      for (const child of children) visit(child)
      return
    }
    const change = changeAt(node, here ?? below(drifted, node.pointer), sides)
    if (change !== null) found.push(change)
  }
  for (const root of rootsOf(sides)) visit(root)
  return { fields: found.slice(0, mostFields), more: Math.max(0, found.length - mostFields) }
}

/** Drift further down than the two revisions can be compared, such as in a list that has no keys for them. */
function below(
  drifted: ReadonlyMap<string, ChangedField>,
  pointer: string,
): ChangedField | undefined {
  return [...drifted.values()].find(field => field.path.startsWith(`${pointer}/`))
}

function changeAt(
  { applied, live, next, coming, path, steps }: Node,
  drift: ChangedField | undefined,
  sides: Sides,
): FieldChange | null {
  const mine = !same(applied, next)
  if ((!mine && drift === undefined) || same(live, coming)) return null
  const by = drift === undefined ? 'you' : mine ? 'both' : 'somebody-else'
  const { manager } = drift ?? holder(sides.live.metadata.managedFields ?? [], steps)
  const hide = (value: unknown) => (same(value, live) ? masked : maskedChange)
  const told = (value: unknown) => (isSecretValue(sides.next.kind, path) ? hide(value) : value)
  return {
    path,
    ...(applied !== undefined && { applied: told(applied) }),
    ...(live !== undefined && { live: told(live) }),
    ...(coming !== undefined && { next: told(coming) }),
    by,
    ...(manager !== undefined && { manager }),
  }
}
