/**
 * An environment says what every deployment in it gets: values that its people leave out, and what spans apps (labels, tolerations,
 * storage class, network rules, monitoring). It is data, so that it can stand in a file as well as in code. Of a value the last of
 * these holds: the module's own, the environment's, the environment's for this app, the person's; `resolve` says which it was.
 */
import { z } from 'zod'
import type { App } from './app.ts'
import { type EnvironmentName, environmentNames } from './environment-name.ts'
import { inBoth, issueText } from './issue-text.ts'
import { quantityValue } from './kubernetes/quantity.ts'
import { pointer } from './lint/read.ts'
import type { ModuleFinding } from './module-error.ts'
import { criterionIds, furtherCriterionIds } from './passport.ts'
import { looksSecret } from './secret-words.ts'

const objectName = z
  .string()
  .max(253)
  .regex(/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/, inBoth('a Kubernetes name', 'een Kubernetes-naam'))

const quantity = z
  .string()
  .refine(
    text => quantityValue(text) !== undefined,
    inBoth('a quantity such as 250m or 512Mi', 'een hoeveelheid zoals 250m of 512Mi'),
  )
const amounts = z.strictObject({ cpu: quantity.optional(), memory: quantity.optional() })

const values = {
  replicas: z.int().min(1).max(50).optional(),
  resources: z
    .strictObject({ requests: amounts.optional(), limits: amounts.optional() })
    .optional(),
  env: z
    .record(
      z
        .string()
        .regex(
          /^[A-Za-z_][A-Za-z0-9_]*$/,
          inBoth('letters, digits and _', 'letters, cijfers en _'),
        ),
      z.string().max(32_768),
    )
    .optional(),
}

/** What Kade and Kubernetes write themselves: selectors and rights hang on some of these. */
const reservedLabel = /(^|\.)(kade\.dev|kubernetes\.io|k8s\.io)\//

const labelKey = z
  .string()
  .regex(
    /^([a-z0-9]([-a-z0-9.]*[a-z0-9])?\/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/,
    inBoth('the name of a label', 'de naam van een label'),
  )
  .refine(
    key => !reservedLabel.test(key),
    inBoth('no label of Kade or Kubernetes', 'geen label van Kade of Kubernetes'),
  )
const labelValue = z
  .string()
  .regex(
    /^(\{(team|namespace|app|name|environment)\}|[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)$/,
    inBoth(
      'the value of a label, or one of {team}, {namespace}, {app}, {name}, {environment}',
      'de waarde van een label, of een van {team}, {namespace}, {app}, {name}, {environment}',
    ),
  )

const imageHost = z
  .string()
  .regex(
    /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?(:[1-9]\d{0,4})?$/,
    inBoth('a host such as ghcr.io, in small letters', 'een host zoals ghcr.io, in kleine letters'),
  )

const port = z.int().min(1).max(65_535)
const peer = z.union([
  z.strictObject({ namespace: objectName, ports: z.array(port).min(1) }),
  z.strictObject({ cidr: z.cidrv4(), ports: z.array(port).min(1) }),
])

const Definition = z.strictObject({
  /** For every app; replicas only for an app that can have several. */
  defaults: z.strictObject(values).optional(),
  /** For one app, by its id. */
  apps: z
    .record(
      z.string(),
      z.strictObject({ ...values, settings: z.record(z.string(), z.unknown()).optional() }),
    )
    .optional(),
  /** On every object and every pod, which is where log collectors and cost reports look. */
  labels: z.record(labelKey, labelValue).optional(),
  tolerations: z
    .array(
      z.strictObject({
        key: z.string().optional(),
        operator: z.enum(['Equal', 'Exists']).optional(),
        value: z.string().optional(),
        effect: z.enum(['NoSchedule', 'PreferNoSchedule', 'NoExecute']).optional(),
        tolerationSeconds: z.int().min(0).optional(),
      }),
    )
    .optional(),
  /** Of new volumes: one that stands keeps its own. */
  storageClass: objectName.optional(),
  /** Beside what each app declares: who may reach its ports, and where its pods may connect to. */
  network: z
    .strictObject({
      ingress: z.array(z.strictObject({ namespace: objectName })).optional(),
      egress: z.array(peer).optional(),
    })
    .optional(),
  /** Narrower than what policies allow everywhere. What is left out allows all of its kind. */
  allowed: z
    .strictObject({
      /** Where images may come from, as `ghcr.io` or `registry.example.org:5000`; `docker.io` is what names no host. */
      imageHosts: z.array(imageHost).optional(),
      /** Whether a tag is enough to name an image; `false` demands a digest. */
      imageTags: z.boolean().optional(),
      storageClasses: z.array(objectName).optional(),
      /** Such as `nvidia.com/gpu`. */
      devices: z.array(labelKey).optional(),
    })
    .optional(),
  /** What must be known before anything is deployed: the class of its data, and criteria of the passport, evidenced and valid. */
  demands: z.array(z.enum(['data-class', ...criterionIds, ...furtherCriterionIds])).optional(),
  /** Has the figures of apps that have any collected by the Prometheus in this namespace. */
  monitoring: z
    .strictObject({
      namespace: objectName,
      interval: z
        .string()
        .regex(/^[1-9]\d*(s|m)$/, inBoth('a time such as 30s or 1m', 'een tijd zoals 30s of 1m'))
        .default('30s'),
      /** By which that Prometheus chooses what it collects from. */
      labels: z.record(labelKey, labelValue).optional(),
    })
    .optional(),
})

export type EnvironmentDefinition = z.input<typeof Definition>
export type Environment = { readonly name: EnvironmentName } & Readonly<z.output<typeof Definition>>
/** All three, each by its name. */
export type Environments = Readonly<Record<EnvironmentName, Environment>>

/** An environment that cannot be used as it is written. Every finding is in it, not only the first. */
export class EnvironmentError extends Error {
  override name = 'EnvironmentError'
  readonly findings: readonly ModuleFinding[]
  constructor(environment: string, findings: readonly ModuleFinding[]) {
    const lines = findings.map(each => `${each.pointer || '/'}: ${each.detail}`)
    super(`Environment ${environment} cannot be used:\n  ${lines.join('\n  ')}`)
    this.findings = findings
  }
}

/** What becomes of values for an app that is none of the given: they are a mistake, or wait for an app that comes from elsewhere. */
export type OtherApps = 'refused' | 'allowed'

/**
 * Makes an environment, for these apps.
 * @throws EnvironmentError by JSON Pointer with every fault of its shape, or, once that is right, of what it gives which app.
 */
export function environment(
  name: EnvironmentName,
  definition: EnvironmentDefinition,
  apps: readonly App[],
  others: OtherApps = 'refused',
): Environment {
  const parsed = Definition.safeParse(definition)
  if (!parsed.success) throw new EnvironmentError(name, parsed.error.issues.flatMap(findingsOf))
  const findings = [
    ...secretFindings(parsed.data),
    ...Object.keys(parsed.data.apps ?? {})
      .filter(id => others === 'refused' || apps.some(each => each.id === id))
      .flatMap(id => appFindings(id, parsed.data, apps)),
  ]
  if (findings.length > 0) throw new EnvironmentError(name, findings)
  return { name, ...parsed.data }
}

/** All three environments from what is written of each; one of which nothing is written adds nothing. */
export function environments(
  definitions: Readonly<Partial<Record<EnvironmentName, EnvironmentDefinition>>>,
  apps: readonly App[],
  others: OtherApps = 'refused',
): Environments {
  const made = environmentNames.map(
    name => [name, environment(name, definitions[name] ?? {}, apps, others)] as const,
  )
  return Object.fromEntries(made) as Environments // every name is among the entries
}

function findingsOf(issue: z.core.$ZodIssue): readonly ModuleFinding[] {
  const said = (path: readonly PropertyKey[], detail: string) => ({
    rule: 'environment',
    pointer: pointer(...path.map(String)),
    detail,
  })
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map(key => said([...issue.path, key], 'an environment has no such field'))
  // What is wrong with a name of a record stands inside.
  if (issue.code === 'invalid_key')
    return issue.issues.map(each => said(issue.path, issueText(each).en))
  return [said(issue.path, issueText(issue).en)]
}

function secretFindings({ defaults, apps = {} }: z.output<typeof Definition>) {
  const places = [
    ['/defaults', defaults] as const,
    ...Object.entries(apps).map(([id, each]) => [pointer('apps', id), each] as const),
  ]
  return places.flatMap(([place, each]) =>
    Object.entries(each?.env ?? {})
      .filter(([name, value]) => looksSecret(name, value))
      .map(([name]) => ({
        rule: 'secret',
        pointer: `${place}${pointer('env', name)}`,
        detail: 'looks like a secret, and env is shown in plain; make it a secret of the app',
      })),
  )
}

function appFindings(
  id: string,
  { apps: own = {} }: z.output<typeof Definition>,
  apps: readonly App[],
): readonly ModuleFinding[] {
  const place = pointer('apps', id)
  const app = apps.find(each => each.id === id)
  if (app === undefined)
    return [{ rule: 'app', pointer: place, detail: 'the catalogue has no such app' }]
  const { settings = {}, replicas = 1 } = own[id] ?? {}
  const parsed = app.parseSettings(settings)
  return [
    ...(parsed.ok
      ? []
      : parsed.violations.map(each => ({
          rule: 'settings',
          pointer: `${place}/settings${each.pointer}`,
          detail: each.detail.en,
        }))),
    ...(replicas <= app.maxReplicas
      ? []
      : [
          {
            rule: 'replicas',
            pointer: `${place}/replicas`,
            detail: `${app.name} has at most ${app.maxReplicas}`,
          },
        ]),
  ]
}
