/**
 * Rung 2 of the checks: every object against the strict schema of its kind, as the pinned Kubernetes publishes it. No field that the
 * server does not know passes, which the compiler cannot promise for an object that went through a spread or `transform`.
 */
import { shapeOfKind, shapes } from './kubernetes/generated/schemas.ts'
import { quantityValue } from './kubernetes/quantity.ts'
import type { Shape, ShapeNode } from './kubernetes/shape.ts'
import type { KubernetesObject } from './kubernetes-object.ts'
import { fields, pointer } from './lint/read.ts'
import type { ModuleFinding } from './module-error.ts'
import { nearest } from './nearest.ts'

const isWhole = (value: unknown) => Number.isInteger(value)
const isText = (value: unknown) => typeof value === 'string'
const isNumber = (value: unknown) => typeof value === 'number'

const values: Readonly<
  Record<string, { readonly is: (value: unknown) => boolean; readonly asks: string }>
> = {
  any: { is: () => true, asks: 'anything' },
  number: { is: isNumber, asks: 'a number' },
  quantity: {
    is: value => isNumber(value) || (isText(value) && quantityValue(String(value)) !== undefined),
    asks: 'a quantity such as 250m, 2, 512Mi or 2Gi',
  },
  text: { is: isText, asks: 'a text' },
  whole: { is: isWhole, asks: 'a whole number' },
  'whole-or-text': {
    is: value => isWhole(value) || isText(value),
    asks: 'a whole number or a text',
  },
  'yes-or-no': { is: value => typeof value === 'boolean', asks: 'true or false' },
}

function wrong(where: string, asked: string, value: unknown): readonly ModuleFinding[] {
  const shown = JSON.stringify(value)
  const short = shown.length > 60 ? `${shown.slice(0, 60)}…` : shown
  return [{ rule: 'schema', pointer: where, detail: `must be ${asked}; it is ${short}` }]
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function shapeFindings(
  value: unknown,
  { required, fields: allowed }: Shape,
  name: string,
  where: string,
): readonly ModuleFinding[] {
  if (!isRecord(value)) return wrong(where, `an object (${name})`, value)
  // What is undefined is absent: JSON does not carry it.
  const present = Object.entries(value).filter(([, each]) => each !== undefined)
  const missing = required.filter(key => value[key] === undefined)
  return [
    ...missing.map(key => ({
      rule: 'schema',
      pointer: `${where}${pointer(key)}`,
      detail: `${name} needs "${key}"`,
    })),
    ...present.flatMap(([key, each]) => {
      const place = `${where}${pointer(key)}`
      const node = Object.hasOwn(allowed, key) ? allowed[key] : undefined
      if (node !== undefined) return nodeFindings(each, node, place)
      const near = nearest(key, Object.keys(allowed))
      const hint = near === undefined ? '' : `; did you mean "${near}"?`
      return [
        { rule: 'schema', pointer: place, detail: `${name} has no field "${key}" to write${hint}` },
      ]
    }),
  ]
}

function nodeFindings(value: unknown, node: ShapeNode, where: string): readonly ModuleFinding[] {
  if (typeof node === 'string') {
    const { is, asks } = values[node] ?? { is: () => true, asks: '' }
    return is(value) ? [] : wrong(where, asks, value)
  }
  if ('oneOf' in node) {
    const isOne = node.oneOf.some(each => each === value)
    return isOne ? [] : wrong(where, `one of ${node.oneOf.join(', ')}`, value)
  }
  if ('list' in node) {
    if (!Array.isArray(value)) return wrong(where, 'a list', value)
    return value.flatMap((each, index) =>
      nodeFindings(each, node.list, `${where}${pointer(index)}`),
    )
  }
  if ('map' in node) {
    if (!isRecord(value)) return wrong(where, 'a map', value)
    return Object.entries(value)
      .filter(([, each]) => each !== undefined)
      .flatMap(([key, each]) => nodeFindings(each, node.map, `${where}${pointer(key)}`))
  }
  const shape = shapes[node.of]
  return shape === undefined ? [] : shapeFindings(value, shape, typeName(node.of), where)
}

const typeName = (shape: string) => shape.replace(/^.*\./, '')

/**
 * Everything in objects that the schema of their kind does not allow, all at once. Pointers begin with the index of the object.
 * A kind that has no schema here is the linter's to judge (`kind-allowed`); of it only name and labels are looked at.
 */
export function validate(objects: readonly KubernetesObject[]): readonly ModuleFinding[] {
  return objects.flatMap((object, index) => {
    const name = shapeOfKind[`${object.apiVersion}/${object.kind}`]
    const shape = name === undefined ? undefined : shapes[name]
    if (name === undefined || shape === undefined) {
      return nodeFindings(
        fields(object).metadata,
        { of: 'meta-v1.ObjectMeta' },
        pointer(index, 'metadata'),
      )
    }
    const unnamed = fields(object.metadata).name === undefined
    return [
      ...(unnamed
        ? [
            {
              rule: 'schema',
              pointer: pointer(index, 'metadata', 'name'),
              detail: 'every object has a name',
            },
          ]
        : []),
      ...shapeFindings(object, shape, typeName(name), pointer(index)),
    ]
  })
}
