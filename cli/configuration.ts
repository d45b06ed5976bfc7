import type { Command } from 'commander'
import type { Client } from '#api/client.ts'
import { DataClass } from '#api/data-classes.ts'
import type { DeploymentInput } from '#api/deployments.ts'
import { collect } from './command.ts'
import { applySets, parseDuration, parsePairs, readSecrets, readValues } from './input.ts'
import { type Terminal, UsageError } from './terminal.ts'

export type ConfigurationFlags = {
  appVersion?: string
  set?: string[]
  values?: string
  bind?: string[]
  secret?: string[]
  env?: string[]
  replicas?: string
  host?: string
  cluster?: string
  clusters?: string
  divide?: true
  wave?: string[]
  healthyFor?: number
  approveWaves?: true
  region?: string[]
  dataClass?: string
  reason?: string
}

/** The options that say how an app is to be; the same to deploy, preview and update. */
export function withConfiguration(command: Command): Command {
  return command
    .option('--app-version <version>', 'version of the app; the newest when absent')
    .option('--set <key=value>', 'a setting, such as a.b=3; may stand more than once', collect)
    .option('--values <file>', 'settings from a YAML or JSON file')
    .option(
      '--bind <need=namespace/name>',
      'what answers a need of the app: a deployment, or an address such as https://…',
      collect,
    )
    .option(
      '--secret <name=@file>',
      'a secret from a file, or from standard input with -; <need>.key is that of an address',
      collect,
    )
    .option('--env <NAME=value>', 'an environment variable', collect)
    .option('--replicas <count>', 'how many pods')
    .option('--host <host>', 'host name under which it is reached from outside')
    .option('--cluster <cluster>', 'where to run; chosen for you when absent')
    .option('--clusters <count>', 'on how many clusters, each with the whole app: a number, or all')
    .option('--divide', 'the replicas are a total, divided over the clusters')
    .option(
      '--wave <clusters>',
      'clusters that change together, before those of the next --wave; with commas between',
      collect,
    )
    .option(
      '--healthy-for <time>',
      'how long a wave has to serve before the next begins, such as 5m',
      parseDuration,
    )
    .option('--approve-waves', 'a person lets each next wave begin')
    .option('--region <region>', 'a region where it may run; may stand more than once', collect)
    .option(
      '--data-class <class>',
      `how sensitive its data is, which decides where it may run: ${DataClass.options.join(', ')}`,
    )
    .option('--reason <text>', 'why; kept with the revision')
}

type Input = Pick<
  DeploymentInput,
  | 'version'
  | 'settings'
  | 'bindings'
  | 'secrets'
  | 'env'
  | 'replicas'
  | 'resources'
  | 'ingress'
  | 'cluster'
  | 'placement'
  | 'dataClass'
  | 'reason'
>

/** Lays what the flags say over `base`: settings by `--values`, then `--set`; all else field by field. */
export async function configurationOf(
  terminal: Terminal,
  client: Client,
  app: string,
  flags: ConfigurationFlags,
  base: Partial<Input> = {},
): Promise<Input> {
  const fromFile = flags.values ? await readValues(flags.values) : {}
  let settings: Record<string, unknown> = { ...base.settings, ...fromFile }
  if (flags.set) {
    const { settingsSchema } = await client.readApp({ params: { app } })
    settings = applySets(settings, flags.set, settingsSchema)
  }
  const { bindings, secrets } = withKeys(
    { ...base.bindings, ...Object.fromEntries(parsePairs('--bind', flags.bind ?? []).map(bound)) },
    await readSecrets(terminal, flags.secret ?? []),
  )
  const env = { ...base.env, ...Object.fromEntries(parsePairs('--env', flags.env ?? [])) }
  return {
    ...base,
    settings,
    ...(Object.keys(bindings).length > 0 ? { bindings } : {}),
    ...(Object.keys(env).length > 0 ? { env } : {}),
    ...(secrets ? { secrets } : {}),
    ...(flags.appVersion ? { version: flags.appVersion } : {}),
    ...(flags.replicas === undefined ? {} : { replicas: countOf(flags.replicas) }),
    ...(flags.host ? { ingress: { host: flags.host } } : {}),
    ...(flags.cluster ? { cluster: flags.cluster } : {}),
    ...placementOf(flags, base.placement),
    ...(flags.dataClass === undefined ? {} : { dataClass: dataClassOf(flags.dataClass) }),
    ...(flags.reason ? { reason: flags.reason } : {}),
  }
}

type Bindings = NonNullable<Input['bindings']>

function bound([need, answer]: [string, string]): [string, Bindings[string]] {
  return [need, answer.includes('://') ? { url: answer } : answer]
}

/** Puts the secret `<need>.key` to the address of that need; the others are the app's own. */
function withKeys(bindings: Bindings, given: Record<string, string> = {}) {
  const secrets = { ...given }
  const withSecrets = Object.entries(bindings).map(([need, binding]) => {
    const secret = secrets[`${need}.key`]
    if (typeof binding === 'string' || secret === undefined) return [need, binding] as const
    delete secrets[`${need}.key`]
    return [need, { ...binding, secret }] as const
  })
  return {
    bindings: Object.fromEntries(withSecrets),
    secrets: Object.keys(secrets).length > 0 ? secrets : undefined,
  }
}

/** What the flags say of the place, laid over what was wished before. */
function placementOf(flags: ConfigurationFlags, before: Input['placement']) {
  const { region, clusters, divide, wave, healthyFor, approveWaves } = flags
  const gate = {
    ...before?.gate,
    ...(healthyFor === undefined ? {} : { healthyFor: Math.round(healthyFor / 1000) }),
    ...(approveWaves ? { approval: true } : {}),
  }
  const isGated = healthyFor !== undefined || approveWaves !== undefined
  if (!region && clusters === undefined && !divide && !wave && !isGated) return {}
  return {
    placement: {
      ...before,
      ...(divide ? { replicas: 'divided' as const } : {}),
      ...(wave ? { waves: wave.map(one => one.split(',')) } : {}),
      ...(isGated ? { gate } : {}),
      ...(region ? { regions: region } : {}),
      ...(clusters === undefined ? {} : { clusters: clustersOf(clusters) }),
    },
  }
}

function clustersOf(text: string): number | 'all' {
  if (text === 'all') return 'all'
  if (/^[1-9]\d?$/.test(text)) return Number(text)
  throw new UsageError({
    en: `"${text}" is no number of clusters: say 1 to 99, or all.`,
    nl: `"${text}" is geen aantal clusters: zeg 1 tot 99, of all.`,
  })
}

function dataClassOf(text: string): DataClass {
  const { success, data } = DataClass.safeParse(text)
  if (success) return data
  const classes = DataClass.options.join(', ')
  throw new UsageError({
    en: `"${text}" is no data class: choose from ${classes}.`,
    nl: `"${text}" is geen gegevensklasse: kies uit ${classes}.`,
  })
}

function countOf(text: string): number {
  if (/^\d{1,4}$/.test(text)) return Number(text)
  throw new UsageError({
    en: `"${text}" is no number of replicas.`,
    nl: `"${text}" is geen aantal replica's.`,
  })
}
