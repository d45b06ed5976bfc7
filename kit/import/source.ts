/** Writes an imported app down as the module that a person continues to work on. */
import type { DraftContainer, DraftValue } from './draft.ts'
import type { ImportedApp } from './import-app.ts'
import { keyText, literal, quoted, type Stand, template } from './literal.ts'

const sizes = ['1Gi', '5Gi', '10Gi', '20Gi', '50Gi', '100Gi', '200Gi']

/** The name under which a module is exported. */
export function exportName(id: string): string {
  const words = id.split(/[^A-Za-z0-9]+/).filter(word => word !== '')
  const name = words
    .map((word, index) => (index === 0 ? word : word.charAt(0).toUpperCase() + word.slice(1)))
    .join('')
  return /^[A-Za-z]/.test(name) ? `${name}App` : `app${name}`
}

function title(id: string): string {
  return id.charAt(0).toUpperCase() + id.slice(1).replaceAll(/[-.]/g, ' ')
}

function both(text: string): string {
  return `{ en: ${quoted(text)}, nl: ${quoted(text)} }`
}

function envValue(value: DraftValue): string {
  if (typeof value === 'string') return quoted(value)
  const key = keyText(value.secret)
  return key === value.secret ? `secrets.${key}` : `secrets[${quoted(value.secret)}]`
}

function envText(env: DraftContainer['env'], indent: number): string {
  const pad = ' '.repeat(indent)
  const lines = Object.entries(env).map(
    ([name, value]) => `${pad}  ${keyText(name)}: ${envValue(value)},\n`,
  )
  if (lines.length === 0) return '() => ({})'
  const reads = Object.values(env).some(value => typeof value !== 'string')
  return `${reads ? '({ secrets })' : '()'} => ({\n${lines.join('')}${pad}})`
}

/** The setting that asks for the size of a volume. */
function settingOf(volume: string): string {
  const words = volume.replaceAll(/[^A-Za-z0-9]+(\w?)/g, (_, letter: string) =>
    letter.toUpperCase(),
  )
  return `${/^[A-Za-z]/.test(words) ? words : `volume${words}`}Size`
}

function settingsText(volumes: ImportedApp['draft']['volumes']): string {
  const entries = Object.entries(volumes).map(([name, { size }]) => {
    const all = [...new Set([...sizes, size])]
    return [
      `    ${keyText(settingOf(name))}: question(z.enum(${literal(all)}).default('${size}'), {`,
      `      title: { en: ${quoted(`Disk size of ${name}`)}, nl: ${quoted(`Schijfruimte van ${name}`)} },`,
      "      help: { en: 'A disk can grow later; it cannot shrink.', nl: 'Een schijf kan later groeien, maar niet krimpen.' },",
      '    }),\n',
    ].join('\n')
  })
  return entries.length === 0 ? 'z.strictObject({})' : `z.strictObject({\n${entries.join('')}  })`
}

function volumesText(volumes: ImportedApp['draft']['volumes']): string {
  const entries = Object.entries(volumes).map(([name, { mount }]) => {
    const setting = settingOf(name)
    return `    ${keyText(name)}: { mount: ${quoted(mount)}, size: settings => settings.${setting} },\n`
  })
  return `{\n${entries.join('')}  }`
}

function sidecarsText(sidecars: ImportedApp['draft']['sidecars']): string {
  const entries = Object.entries(sidecars).map(([name, { env, ...rest }]) => {
    const lines = Object.entries(rest).map(
      ([key, value]) => `      ${key}: ${literal(value, 6)},\n`,
    )
    return `    ${keyText(name)}: {\n${lines.join('')}      env: ${envText(env, 6)},\n    },\n`
  })
  return `{\n${entries.join('')}  }`
}

function secretsText(secrets: ImportedApp['secrets']): string {
  const entries = [...secrets].map(([name, { secret, key }]) => {
    const description = `{ en: ${quoted(`Was ${key} of Secret ${secret}.`)}, nl: ${quoted(`Was ${key} van Secret ${secret}.`)} }`
    return `    ${keyText(name)}: provided({\n      title: ${both(name)},\n      description: ${description},\n    }),\n`
  })
  return `{\n${entries.join('')}  }`
}

const referring = new Set([
  'configMap',
  'configMapRef',
  'configMapKeyRef',
  'scaleTargetRef',
  'service',
  'backendRefs',
])
const selecting = new Set(['labels', 'matchLabels', 'selector'])

/** What of the original deployment stands for a variable of the new one: its name, the Secret of its own, its host. */
function standFor({ input, expected }: ImportedApp): Stand {
  const names = new Set(expected.map(each => each.metadata.name))
  const { name } = input
  const isOwn = (value: string) =>
    names.has(value) && (value === name || value.startsWith(`${name}-`))
  return (value, path) => {
    const key = path.at(-1) ?? ''
    const parent =
      path.findLast((part, index) => index < path.length - 1 && !/^\d+$/.test(part)) ?? ''
    if (value === input.secretName && (key === 'secretName' || parent === 'secretKeyRef'))
      return 'secretName'
    if (value === input.ingress?.host && (key === 'host' || parent === 'hosts')) return 'host'
    if (selecting.has(parent)) return value === name ? 'name' : undefined
    const isName =
      (key === 'name' && (parent === 'metadata' || parent === 'omit' || referring.has(parent))) ||
      ['claimName', 'serviceAccountName', 'serviceName'].includes(key)
    if (!isName || path.includes('volumeClaimTemplates') || !isOwn(value)) return undefined
    return template('name', value.slice(name.length))
  }
}

function overlayText(app: ImportedApp): string | undefined {
  const { change = [], add = [], omit = [] } = app.overlay
  if (change.length + add.length + omit.length === 0) return undefined
  const stand = standFor(app)
  const changes = change.map(each => {
    const text = literal(each, 8, stand)
    return each.kind === 'Ingress'
      ? `        ...(host === undefined ? [] : [${text}]),\n`
      : `        ${text},\n`
  })
  const further = add.map(each => `        ${literal(each, 8, stand)},\n`)
  const gone = omit.map(each => `        ${literal(each, 8, stand, ['omit', '0'])},\n`)
  const part = (key: string, lines: readonly string[]) =>
    lines.length === 0 ? '' : `      ${key}: [\n${lines.join('')}      ],\n`
  const body = `${part('change', changes)}${part('add', further)}${part('omit', gone)}`
  const used = ['name', 'secretName', 'host'].filter(each =>
    new RegExp(`\\b${each}\\b`).test(withoutTexts(body)),
  )
  const context = used.length === 0 ? '' : `, { ${used.join(', ')} }`
  return `(objects${context}) =>\n    overlay(objects, {\n${body}    })`
}

/** Code without what stands in quotes and without keys, to see which variables it uses. */
function withoutTexts(code: string): string {
  return code
    .replaceAll(/'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"/g, "''")
    .replaceAll(/`(?:[^`\\$]|\\.|\$(?!\{)|\$\{(\w+)\})*`/g, whole =>
      /\$\{name\}/.test(whole) ? 'name' : "''",
    )
    .replaceAll(/[\w$]+:/g, '')
}

/** The text of the module. */
export function moduleSource(app: ImportedApp): string {
  const { draft, secrets } = app
  const { id, version, container, env, sidecars, volumes, relax, scratch, command, args, ...rest } =
    draft
  const laid = overlayText(app)
  const isFilled = (map: object) => Object.keys(map).length > 0
  const lines: (string | false)[] = [
    `  info: {\n    id: ${quoted(id)},\n    name: ${quoted(title(id))},\n    version: ${quoted(version)},\n    category: 'imported',\n    description: ${both(`${title(id)}, as imported`)},\n  },`,
    `  image: ${quoted(rest.image)},`,
    container !== id && `  container: ${quoted(container)},`,
    command !== undefined && `  command: ${literal(command, 2)},`,
    args !== undefined && `  args: ${literal(args, 2)},`,
    `  ports: ${literal(rest.ports, 2)},`,
    rest.expose !== undefined && `  expose: ${quoted(rest.expose)},`,
    `  settings: ${settingsText(volumes)},`,
    secrets.size > 0 && `  secrets: ${secretsText(secrets)},`,
    isFilled(volumes) && `  volumes: ${volumesText(volumes)},`,
    isFilled(scratch) && `  scratch: ${literal(scratch, 2)},`,
    `  health: ${literal(rest.health, 2)},`,
    `  resources: ${literal(rest.resources, 2)},`,
    `  runAs: ${literal(rest.runAs, 2)},`,
    isFilled(relax) && `  relax: ${literal(relax, 2)},`,
    `  readyWithin: ${rest.readyWithin},`,
    rest.stopWithin !== undefined && `  stopWithin: ${rest.stopWithin},`,
    rest.maxReplicas !== undefined && `  maxReplicas: ${rest.maxReplicas},`,
    `  env: ${envText(env, 2)},`,
    isFilled(sidecars) && `  sidecars: ${sidecarsText(sidecars)},`,
    laid !== undefined &&
      `  // What was said beyond the words of defineApp. Where Kade's own way will do, take the line out.\n  transform: ${laid},`,
  ]
  const imports = [
    "import { z } from 'zod'",
    "import { defineApp } from '#kit/define-app.ts'",
    laid !== undefined && "import { overlay } from '#kit/overlay.ts'",
    isFilled(volumes) && "import { question } from '#kit/question.ts'",
    secrets.size > 0 && "import { provided } from '#kit/secrets.ts'",
  ]
  const text = (all: readonly (string | false)[]) => all.filter(each => each !== false).join('\n')
  return `${text(imports)}\n\nexport const ${exportName(id)} = defineApp({\n${text(lines)}\n})\n`
}
