import type { FieldChange, ObjectChange } from '#api/deployments.ts'
import type { Difference } from './differences.ts'
import { rank } from './object-differences.ts'

/** A field as a line of a table; `manager` is who else holds it. */
export type FieldLine = Difference & { readonly manager?: string }
export type FieldGroup = { readonly by: FieldChange['by']; readonly lines: FieldLine[] }

const order = ['you', 'both', 'somebody-else'] as const

/** The fields of an object that change, by whose change each is; groups without any are left out. */
export function fieldGroups(fields: readonly FieldChange[]): FieldGroup[] {
  return order.flatMap(by => {
    const lines = fields.filter(field => field.by === by).map(lineOf)
    lines.sort((one, other) => rank(one.path) - rank(other.path))
    return lines.length > 0 ? [{ by, lines }] : []
  })
}

/** Whether somebody changed something of it by hand that applying would take back. */
export function hasDrift({ fields = [] }: Pick<ObjectChange, 'fields'>): boolean {
  return fields.some(({ by }) => by !== 'you')
}

function lineOf({ path, live, next, manager }: FieldChange): FieldLine {
  return { path, before: shown(live), after: shown(next), ...(manager ? { manager } : {}) }
}

function shown(value: unknown): string | undefined {
  return value === undefined || typeof value === 'string' ? value : JSON.stringify(value)
}
