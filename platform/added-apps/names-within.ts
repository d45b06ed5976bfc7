import { inBoth } from '#kit/issue-text.ts'

type Named = {
  readonly secrets: readonly { readonly name: string; readonly kind: string }[]
  readonly needs: readonly { readonly name: string }[]
  readonly provides: readonly {
    readonly port: string
    readonly also?: readonly string[] | undefined
    readonly secret?: string | undefined
  }[]
  readonly network: {
    readonly expose: string | null
    readonly ports: Readonly<Record<string, number>>
  }
  readonly metrics: { readonly port: string } | null
}
type Fault = { path: (string | number)[]; message: string }

const twice = inBoth('has the name of another', 'heeft de naam van een andere')
const noPort = inBoth('is no port of the app', 'is geen poort van de app')
const noSecret = inBoth(
  'is no secret of the app itself, generated or provided',
  'is geen geheim van de app zelf, gegenereerd of opgegeven',
)

/**
 * Names by which a module's own words mean each other. The compiler holds a module of the kit to them; a stranger's may have been
 * made otherwise. `.key` is for what comes with a binding alone, so that the key of somebody else's app never becomes a value that
 * is generated here, and shown.
 */
export function nameFaults(app: Named): readonly Fault[] {
  return [...secretFaults(app), ...portFaults(app)]
}

function repeated(names: readonly string[], at: string): Fault[] {
  return names.flatMap((name, index) =>
    names.indexOf(name) === index ? [] : [{ path: [at, index, 'name'], message: twice }],
  )
}

function secretFaults({ secrets, needs, provides }: Named): Fault[] {
  const keys = needs.map(({ name }) => `${name}.key`)
  const own = secrets.filter(({ kind }) => kind !== 'bound').map(({ name }) => name)
  const wrongKind = secrets.flatMap(({ name, kind }, index): Fault[] => {
    const path = ['secrets', index, 'name']
    if (kind !== 'bound')
      return name.endsWith('.key')
        ? [
            {
              path,
              message: inBoth('ends as a bound secret does', 'eindigt als een gebonden geheim'),
            },
          ]
        : []
    const message = inBoth(
      'must be <need>.key of a need',
      'moet <behoefte>.key zijn van een behoefte',
    )
    return keys.includes(name) ? [] : [{ path, message }]
  })
  return [
    ...repeated(
      secrets.map(({ name }) => name),
      'secrets',
    ),
    ...repeated(
      needs.map(({ name }) => name),
      'needs',
    ),
    ...wrongKind,
    ...provides.flatMap(({ secret }, index) =>
      secret === undefined || own.includes(secret)
        ? []
        : [{ path: ['provides', index, 'secret'], message: noSecret }],
    ),
  ]
}

function portFaults({ network, metrics, provides }: Named): Fault[] {
  const named: [(string | number)[], string | null | undefined][] = [
    [['network', 'expose'], network.expose],
    [['metrics', 'port'], metrics?.port],
    ...provides.flatMap(({ port, also = [] }, index): [(string | number)[], string][] => [
      [['provides', index, 'port'], port],
      ...also.map((name, at): [(string | number)[], string] => [
        ['provides', index, 'also', at],
        name,
      ]),
    ]),
  ]
  return named.flatMap(([path, name]) =>
    name === undefined || name === null || Object.hasOwn(network.ports, name)
      ? []
      : [{ path, message: noPort }],
  )
}
