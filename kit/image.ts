import type { EnvironmentName } from './environment-name.ts'
import { ModuleError } from './module-error.ts'

/** Several builds of the same app, such as one for CPU and one for a GPU; `choose` names one of them. */
export type ImageVariants<Settings> = {
  readonly variants: Readonly<Record<string, string>>
  readonly choose: (settings: Settings) => string
}

/** A reference with a fixed tag, and a digest when it is known; or variants of it. */
export type Image<Settings> = string | ImageVariants<Settings>

/** Every image an app may run. */
export function imagesOf<Settings>(image: Image<Settings> | undefined): readonly string[] {
  if (image === undefined) return []
  return typeof image === 'string' ? [image] : Object.values(image.variants)
}

type Chosen = { readonly image: string; readonly imagePullPolicy: 'IfNotPresent' | 'Never' }

/**
 * The image for these settings, and when it is pulled. An app that names none is one that somebody builds on the node where it is
 * tried, which only `dev` allows.
 * @throws ModuleError when the module chooses a variant it does not have, or names no image where it must.
 */
export function imageFor<Settings>(
  app: string,
  image: Image<Settings> | undefined,
  settings: Settings,
  environment: EnvironmentName,
): Chosen {
  if (image !== undefined)
    return { image: chosen(app, image, settings), imagePullPolicy: 'IfNotPresent' }
  if (environment === 'dev') return { image: `${app}:latest`, imagePullPolicy: 'Never' }
  const detail = `the module names no image, which only dev allows; ${environment} needs one with a fixed tag or a digest`
  throw new ModuleError(app, [{ rule: 'image', pointer: '/image', detail }])
}

function chosen<Settings>(app: string, image: Image<Settings>, settings: Settings): string {
  if (typeof image === 'string') return image
  const name = image.choose(settings)
  const variant = Object.hasOwn(image.variants, name) ? image.variants[name] : undefined
  if (variant !== undefined) return variant
  const known = Object.keys(image.variants).join(', ')
  const detail = `the module chose the image "${name}", and has only ${known}`
  throw new ModuleError(app, [{ rule: 'image-variant', pointer: '/image', detail }])
}
