import { ModuleError } from './module-error.ts'

/** Several builds of the same app, such as one for CPU and one for a GPU; `choose` names one of them. */
export type ImageVariants<Settings> = {
  readonly variants: Readonly<Record<string, string>>
  readonly choose: (settings: Settings) => string
}

/** A reference with a fixed tag, and a digest when it is known; or variants of it. */
export type Image<Settings> = string | ImageVariants<Settings>

/** Every image an app may run. */
export function imagesOf<Settings>(image: Image<Settings>): readonly string[] {
  return typeof image === 'string' ? [image] : Object.values(image.variants)
}

/**
 * The image for these settings.
 * @throws ModuleError when the module chooses a variant it does not have.
 */
export function imageFor<Settings>(app: string, image: Image<Settings>, settings: Settings) {
  if (typeof image === 'string') return image
  const name = image.choose(settings)
  const chosen = Object.hasOwn(image.variants, name) ? image.variants[name] : undefined
  if (chosen !== undefined) return chosen
  const known = Object.keys(image.variants).join(', ')
  const detail = `the module chose the image "${name}", and has only ${known}`
  throw new ModuleError(app, [{ rule: 'image-variant', pointer: '/image', detail }])
}
