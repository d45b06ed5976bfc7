/**
 * The types of what a module writes, from a live server's `/openapi/v3` (`kubernetes.ts` asks it). One file per API group, so that
 * a module loads only what it names.
 */
/** What the documents say of one type, as far as we read it. */
export type Schema = {
  readonly type?: string
  readonly description?: string
  readonly enum?: readonly string[]
  readonly required?: readonly string[]
  readonly properties?: Readonly<Record<string, Schema>>
  readonly items?: Schema
  readonly additionalProperties?: Schema | boolean
  readonly allOf?: readonly Schema[]
  readonly $ref?: string
}
export type Documents = Readonly<
  Record<string, { readonly components: { readonly schemas: Readonly<Record<string, Schema>> } }>
>

/** The kinds a module may emit, and Namespace, which `mkDeployment` claims; by the path of their OpenAPI document. */
export const kinds: Readonly<Record<string, readonly string[]>> = {
  'api/v1': [
    'ConfigMap',
    'Namespace',
    'PersistentVolumeClaim',
    'Secret',
    'Service',
    'ServiceAccount',
  ],
  'apis/apps/v1': ['Deployment', 'StatefulSet'],
  'apis/autoscaling/v2': ['HorizontalPodAutoscaler'],
  'apis/batch/v1': ['CronJob', 'Job'],
  'apis/networking.k8s.io/v1': ['Ingress'],
  'apis/policy/v1': ['PodDisruptionBudget'],
}

/** Types written by hand: their schema says less than is known of them. */
const byHand: Readonly<Record<string, string>> = {
  'io.k8s.apimachinery.pkg.api.resource.Quantity': 'Quantity',
  'io.k8s.apimachinery.pkg.util.intstr.IntOrString': 'number | string',
  'io.k8s.apimachinery.pkg.apis.meta.v1.Time': 'string',
  'io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime': 'string',
  'io.k8s.apimachinery.pkg.apis.meta.v1.FieldsV1': 'Readonly<Record<string, unknown>>',
}

type Place = { readonly file: string; readonly type: string }

/** `io.k8s.api.apps.v1.Deployment` → `apps-v1` and `Deployment`. */
export function place(schemaName: string): Place {
  const parts = schemaName.split('.')
  const [group = '', version = '', type = ''] = parts.slice(-3)
  return { file: `${group}-${version}`, type }
}

/** The schema another one points at, by its full name. */
export function reference(schema: Schema): string | undefined {
  const direct = schema.$ref ?? schema.allOf?.[0]?.$ref
  return direct?.replace('#/components/schemas/', '')
}

function typeOf(schema: Schema, seen: Set<string>): string {
  const target = reference(schema)
  if (target !== undefined) {
    const written = byHand[target]
    seen.add(target)
    return written ?? place(target).type
  }
  if (schema.enum) return schema.enum.map(value => `'${value}'`).join(' | ')
  if (schema.type === 'array') return `readonly (${typeOf(schema.items ?? {}, seen)})[]`
  if (schema.type === 'integer' || schema.type === 'number') return 'number'
  if (schema.type === 'string' || schema.type === 'boolean') return schema.type
  if (typeof schema.additionalProperties === 'object') {
    return `Readonly<Record<string, ${typeOf(schema.additionalProperties, seen)}>>`
  }
  return 'unknown'
}

/** The first sentence of a description, for the editor's hover. */
function comment(description: string | undefined, indent: string): string {
  const sentence = description
    ?.split(/(?<=\.)\s|\n/)[0]
    ?.replaceAll('*/', '* /')
    .trim()
  return sentence ? `${indent}/** ${sentence} */\n` : ''
}

function field(key: string, optional: boolean, type: string, description?: string): string {
  const name = /^[a-zA-Z_]\w*$/.test(key) ? key : `'${key}'`
  return `${comment(description, '  ')}  readonly ${name}${optional ? '?' : ''}: ${type}\n`
}

function plainType(schemaName: string, schema: Schema, seen: Set<string>): string {
  const fields = Object.entries(schema.properties ?? {}).map(([key, property]) =>
    field(key, !schema.required?.includes(key), typeOf(property, seen), property.description),
  )
  const { type } = place(schemaName)
  return `${comment(schema.description, '')}export type ${type} = {\n${fields.join('')}}\n`
}

/** A kind has literal `apiVersion` and `kind`, a name, its spec, and no status: that is the server's. */
function kindType(
  schemaName: string,
  schema: Schema,
  apiVersion: string,
  seen: Set<string>,
): string {
  const { type } = place(schemaName)
  const fields = Object.entries(schema.properties ?? {})
    .filter(([key]) => !['apiVersion', 'kind', 'metadata', 'status'].includes(key))
    .map(([key, property]) =>
      field(
        key,
        key !== 'spec' || type === 'Namespace',
        typeOf(property, seen),
        property.description,
      ),
    )
  seen.add('io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta')
  const head = `  readonly apiVersion: '${apiVersion}'\n  readonly kind: '${type}'\n  readonly metadata: ObjectMeta & { readonly name: string }\n`
  return `${comment(schema.description, '')}export type ${type} = {\n${head}${fields.join('')}}\n`
}

/**
 * The full name of the schema of a kind, among the names of its document.
 * @throws Error when the kind is not served.
 */
export function schemaOf(path: string, names: readonly string[], kind: string): string {
  const name = names.find(
    each => /^io\.k8s\.api\.\w+\.\w+\.\w+$/.test(each) && each.endsWith(`.${kind}`),
  )
  if (name !== undefined) return name
  throw new Error(`${path} has no schema for ${kind}; is it served by this version?`)
}

type Found = { readonly code: string; readonly uses: ReadonlySet<string> }

/** Follows references from the kinds to everything they are made of. */
function collect(documents: Documents): Map<string, Found> {
  const found = new Map<string, Found>()
  const schemas = Object.assign(
    {},
    ...Object.values(documents).map(each => each.components.schemas),
  )
  const waiting: { name: string; apiVersion?: string }[] = []
  for (const [path, names] of Object.entries(kinds)) {
    const apiVersion = path.replace(/^apis?\//, '')
    const own = Object.keys(documents[path]?.components.schemas ?? {})
    for (const kind of names) waiting.push({ name: schemaOf(path, own, kind), apiVersion })
  }
  for (const next of waiting) {
    if (found.has(next.name) || byHand[next.name]) continue
    const uses = new Set<string>()
    const schema = schemas[next.name] ?? {}
    const code = next.apiVersion
      ? kindType(next.name, schema, next.apiVersion, uses)
      : plainType(next.name, schema, uses)
    found.set(next.name, { code, uses })
    for (const name of uses) waiting.push({ name })
  }
  return found
}

function fileOf(file: string, members: readonly [string, Found][], head: string): string {
  const imports = new Map<string, Set<string>>()
  for (const name of members.flatMap(([, found]) => [...found.uses])) {
    const written = byHand[name]
    if (written !== undefined && written !== 'Quantity') continue
    const target = written ? { file: '../quantity', type: written } : place(name)
    if (target.file === file) continue
    imports.set(target.file, (imports.get(target.file) ?? new Set()).add(target.type))
  }
  const lines = [...imports]
    .sort(([left], [right]) => left.localeCompare(right))
    .map(([from, types]) => {
      const path = from.startsWith('..') ? from : `./${from}`
      return `import type { ${[...types].sort().join(', ')} } from '${path}.ts'\n`
    })
  const code = members.map(([, found]) => found.code).join('\n')
  return `${head}${lines.join('')}${lines.length > 0 ? '\n' : ''}${code}`
}

/**
 * The generated files by name, from the OpenAPI documents by path.
 * @throws Error when a kind that a module may emit is not served.
 */
export function kubernetesTypes(documents: Documents, version: string): Map<string, string> {
  const head = `// Generated by tools/generate/kubernetes.ts from the OpenAPI of Kubernetes ${version}. Do not edit.\n`
  const byFile = new Map<string, [string, Found][]>()
  const members = [...collect(documents)].sort(([left], [right]) => left.localeCompare(right))
  for (const member of members) {
    const { file } = place(member[0])
    byFile.set(file, [...(byFile.get(file) ?? []), member])
  }
  return new Map([...byFile].map(([file, own]) => [`${file}.ts`, fileOf(file, own, head)]))
}
