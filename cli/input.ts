import { readFile } from 'node:fs/promises'
import { parse } from 'yaml'
import { type Terminal, UsageError } from './terminal.ts'

/** `<namespace>/<name>` of a deployment. */
export function parseTarget(text: string): { namespace: string; name: string } {
  const [namespace, name, ...rest] = text.split('/')
  if (namespace && name && rest.length === 0) return { namespace, name }
  throw new UsageError({
    en: `"${text}" is no deployment: write it as <namespace>/<name>.`,
    nl: `"${text}" is geen uitrol: schrijf hem als <namespace>/<naam>.`,
  })
}

/** `90s`, `10m` or `1h` in milliseconds. */
export function parseDuration(text: string): number {
  const [, count, unit] = /^(\d+)(s|m|h)$/.exec(text) ?? []
  const milliseconds = { s: 1_000, m: 60_000, h: 3_600_000 }
  if (count && (unit === 's' || unit === 'm' || unit === 'h'))
    return Number(count) * milliseconds[unit]
  throw new UsageError({
    en: `"${text}" is no time: write it as 90s, 10m or 1h.`,
    nl: `"${text}" is geen tijd: schrijf hem als 90s, 10m of 1h.`,
  })
}

/** `key=value` pairs in order; the value may hold more `=`. */
export function parsePairs(
  option: string,
  pairs: readonly string[],
): [key: string, value: string][] {
  return pairs.map(pair => {
    const at = pair.indexOf('=')
    if (at > 0) return [pair.slice(0, at), pair.slice(at + 1)]
    throw new UsageError({
      en: `"${pair}" is no ${option}: write it as ${option} name=value.`,
      nl: `"${pair}" is geen ${option}: schrijf het als ${option} naam=waarde.`,
    })
  })
}

/**
 * Secrets from `name=@file` or `name=-` (standard input, for one of them). A value on the command line itself is refused:
 * the shell's history and every process list would show it. One line break at the end is not part of the value.
 */
export async function readSecrets(
  terminal: Terminal,
  pairs: readonly string[],
): Promise<Record<string, string> | undefined> {
  if (pairs.length === 0) return undefined
  const secrets: Record<string, string> = {}
  let stdinTaken = false
  for (const [name, source] of parsePairs('--secret', pairs)) {
    if (source === '-') {
      if (stdinTaken)
        throw new UsageError({
          en: 'Only one secret can come from standard input.',
          nl: 'Er kan maar één geheim van de standaardinvoer komen.',
        })
      stdinTaken = true
      secrets[name] = withoutLastBreak(await terminal.readStdin())
    } else if (source.startsWith('@')) {
      secrets[name] = withoutLastBreak(await readText(source.slice(1)))
    } else
      throw new UsageError({
        en: `The value of secret "${name}" would stay in the history of your shell. Write --secret ${name}=@file, or --secret ${name}=- to read standard input.`,
        nl: `De waarde van geheim "${name}" zou in de geschiedenis van je shell blijven staan. Schrijf --secret ${name}=@bestand, of --secret ${name}=- om de standaardinvoer te lezen.`,
      })
    if (secrets[name] === '')
      throw new UsageError({
        en: `The value of secret "${name}" is empty.`,
        nl: `De waarde van geheim "${name}" is leeg.`,
      })
  }
  return secrets
}

function withoutLastBreak(text: string): string {
  return text.replace(/\r?\n$/, '')
}

/** An object from a YAML 1.2 or JSON file. Repeated keys and more than 100 aliases are refused. */
export async function readValues(file: string): Promise<Record<string, unknown>> {
  const text = await readText(file)
  let value: unknown
  try {
    value = parse(text, { maxAliasCount: 100, uniqueKeys: true, version: '1.2' })
  } catch (error) {
    const why = error instanceof Error ? error.message : error
    throw new UsageError({
      en: `${file} is no YAML: ${why}`,
      nl: `${file} is geen YAML: ${why}`,
    })
  }
  if (value === null) return {}
  if (isRecord(value)) return value
  throw new UsageError({
    en: `${file} holds no object of settings.`,
    nl: `${file} bevat geen object met instellingen.`,
  })
}

async function readText(file: string): Promise<string> {
  return await readFile(file, 'utf8').catch(error => {
    throw new UsageError({
      en: `${file} could not be read: ${error.message}`,
      nl: `${file} is niet te lezen: ${error.message}`,
    })
  })
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/**
 * Puts `--set a.b=c` into settings, typed by the app's JSON Schema. Throws `UsageError` for a setting the app does not have,
 * or a value that is not of its type.
 */
export function applySets(
  settings: Record<string, unknown>,
  sets: readonly string[],
  schema: Record<string, unknown>,
): Record<string, unknown> {
  const result = structuredClone(settings)
  for (const [key, text] of parsePairs('--set', sets)) {
    const path = key.split('.')
    const value = typed(key, text, schemaAt(schema, key, path))
    let place = result
    for (const segment of path.slice(0, -1)) {
      const next = place[segment]
      const inner = isRecord(next) ? next : {}
      place[segment] = inner
      place = inner
    }
    place[path.at(-1) ?? key] = value
  }
  return result
}

function schemaAt(root: Record<string, unknown>, key: string, path: readonly string[]) {
  let schema: unknown = root
  for (const segment of path) {
    if (['__proto__', 'constructor', 'prototype'].includes(segment))
      throw new UsageError({
        en: `"${key}" is no setting.`,
        nl: `"${key}" is geen instelling.`,
      })
    const properties = isRecord(schema) && isRecord(schema.properties) ? schema.properties : {}
    const more = isRecord(schema) ? schema.additionalProperties : undefined
    if (Object.hasOwn(properties, segment)) schema = properties[segment]
    else if (isRecord(more) || more === true) schema = more
    else {
      const known = Object.keys(properties)
      const names = known.join(', ')
      throw new UsageError({
        en: `The app has no setting "${key}".${names && ` There are: ${names}.`}`,
        nl: `De app heeft geen instelling "${key}".${names && ` Er zijn: ${names}.`}`,
      })
    }
  }
  return schema
}

function typed(key: string, text: string, schema: unknown): unknown {
  const types = typesOf(schema)
  const json = parseJson(text)
  const of = json === null ? 'null' : Array.isArray(json) ? 'array' : typeof json
  if (types.includes('string') && !(json === null && types.includes('null'))) return text
  if (types.length === 0) return json === undefined ? text : json
  const fits = types.includes(of) || (types.includes('integer') && Number.isInteger(json))
  if (fits) return json
  throw new UsageError({
    en: `"${text}" is no value for ${key}: it takes ${types.join(' or ')}.`,
    nl: `"${text}" is geen waarde voor ${key}: dat neemt ${types.join(' of ')}.`,
  })
}

function typesOf(schema: unknown): string[] {
  if (!isRecord(schema)) return []
  const { type, anyOf, oneOf, enum: choices } = schema
  if (typeof type === 'string') return [type]
  if (Array.isArray(type)) return type.map(String)
  const alternatives = Array.isArray(anyOf) ? anyOf : Array.isArray(oneOf) ? oneOf : undefined
  if (alternatives) return alternatives.flatMap(typesOf)
  if (Array.isArray(choices)) return [...new Set(choices.map(choice => typeof choice))]
  return []
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** A number of days. */
export function parseDays(text: string): number {
  if (/^\d{1,3}$/.test(text)) return Number(text)
  throw new UsageError({
    en: `"${text}" is no number of days.`,
    nl: `"${text}" is geen aantal dagen.`,
  })
}
