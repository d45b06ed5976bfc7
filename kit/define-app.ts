/**
 * `defineApp` turns what an author writes into an `App`, as the platform sees it, and into the public module contract:
 * `mkDeployment`, `defaultDeployment`, `dependencies`, `serviceInfo`. The module owns workload logic, probes, resources, security
 * and needs; who deploys it owns namespace, replicas, variables, secrets and everything that spans apps.
 */
import type { z } from 'zod'
import type { App } from './app.ts'
import { declaredEgress, openEgress } from './egress.ts'
import { imagesOf } from './image.ts'
import { jobFindings, jobImages, jobTime } from './job.ts'
import type { Contract } from './module-contract.ts'
import { moduleContract } from './module-contract.ts'
import { ModuleError } from './module-error.ts'
import { build, finished, maxReplicas, needSpecs } from './render.ts'
import { secretSpecs, userNameFindings } from './secrets.ts'
import { relaxations } from './security.ts'
import { parseSettings, settingsSchema } from './settings.ts'
import type { AnySpecification, Needs, Secrets, Specification } from './specification.ts'
import { sizeOf } from './volumes.ts'
import { sidecarFindings } from './workload.ts'

/** `{}` must be valid: a newcomer deploys without answering a question. */
type EveryDefault<S extends z.ZodObject> =
  Record<never, never> extends z.input<S>
    ? unknown
    : { readonly settings: 'every setting needs a default' }

export type DefinedApp<S extends z.ZodObject, V extends string, E extends string> = App &
  Contract<S, V, E>

function describe(
  specification: AnySpecification,
): Omit<App, 'settingsSchema' | 'parseSettings' | 'egress' | 'render'> {
  const { info } = specification
  const needs = needSpecs(specification)
  const defaults = parseSettings(specification, {})
  if (!defaults.ok) {
    throw new ModuleError(
      info.id,
      defaults.violations.map(each => ({
        rule: 'defaults',
        pointer: `/settings${each.pointer}`,
        detail: `the defaults are not valid by themselves: ${each.detail.en}`,
      })),
    )
  }
  const secrets = secretSpecs(specification.secrets ?? {}, needs)
  const wrongNames = [
    ...userNameFindings(secrets, defaults.settings),
    ...sidecarFindings(specification),
    ...jobFindings(specification),
  ]
  if (wrongNames.length > 0) throw new ModuleError(info.id, wrongNames)
  return {
    ...info,
    images: [
      ...imagesOf(specification.image),
      ...Object.values(specification.sidecars ?? {}).map(each => each.image),
      ...jobImages(specification),
    ],
    needs,
    provides: specification.provides ?? [],
    secrets,
    network: {
      expose: specification.expose ?? null,
      ports: specification.ports,
      egress: declaredEgress(specification.egress ?? []),
    },
    metrics: specification.metrics ?? null,
    resources: specification.resources,
    storage: Object.entries(specification.volumes ?? {}).map(([name, volume]) => ({
      name,
      size: sizeOf(volume, defaults.settings),
      mount: volume.mount,
    })),
    maxReplicas: maxReplicas(specification),
    readyWithin: specification.readyWithin + jobTime(specification),
    relaxations: relaxations(specification.relax ?? {}),
  }
}

/**
 * Defines a catalogue app.
 * @throws ModuleError when the defaults of the settings are not valid by themselves, or something is named that the app does not have.
 */
export function defineApp<
  S extends z.ZodObject,
  P extends string,
  N extends Needs = Record<never, never>,
  X extends Secrets = Record<never, never>,
  V extends string = never,
  E extends P = never,
  T extends string = never,
  F extends string = never,
>(author: Specification<S, P, N, X, V, E, T, F> & EveryDefault<S>): DefinedApp<S, V, E> {
  // The names that the type parameters kept apart were checked above this line; the builders pass each author's function only
  // the context that was made from the same specification.
  const specification = author as unknown as AnySpecification
  const app: App = {
    ...describe(specification),
    settingsSchema: () => settingsSchema(specification),
    parseSettings: input => parseSettings(specification, input),
    egress: settings => {
      const parsed = parseSettings(specification, settings)
      return parsed.ok ? openEgress(specification.egress ?? [], parsed.settings) : []
    },
    render: input => finished(specification, build(specification, input)),
  }
  const contract: Contract<S, V, E> = moduleContract(specification)
  // Descriptors, not a spread: a spread would build the default deployment of every app at start.
  return Object.defineProperties(app, Object.getOwnPropertyDescriptors(contract)) as DefinedApp<
    S,
    V,
    E
  > // the union of both
}
