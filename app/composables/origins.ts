import { type ComputedRef, computed, type InjectionKey, inject, provide } from 'vue'
import { useI18n } from 'vue-i18n'
import type { Origins, Preview } from '#api/deployments.ts'
import type { Environment } from '#api/names.ts'
import { configurationOf, type Draft } from '../draft.ts'

/** What was last said of the values of a form: what they would be, and where each would come from. */
export type Known = {
  readonly origins: Origins
  readonly environment: Environment | null
  readonly values: Pick<Preview['values'], 'settings'> & Partial<Preview['values']>
}
type Form = { readonly known: () => Known | null; readonly draft: () => Draft | null }

const form: InjectionKey<Form> = Symbol('origins')

/** Lets the fields of a form say where their values come from. */
export function provideOrigins(known: Form['known'], draft: Form['draft']): void {
  provide(form, { known, draft })
}

function valueAt(values: object, pointer: string): unknown {
  const [, ...path] = pointer.split('/')
  return path.reduce<unknown>(
    (inside, key) =>
      typeof inside === 'object' && inside
        ? Reflect.get(inside, key.replaceAll('~1', '/').replaceAll('~0', '~'))
        : undefined,
    values,
  )
}

/** What an environment can fill in. */
const fillable = /^\/(settings|replicas|resources)(\/|$)/

/**
 * Of the field at a pointer: the value it has without an answer, where that is known, and in words where its value comes from.
 * What somebody is typing is theirs at once.
 */
export function useOrigin(pointer: () => string | undefined): {
  readonly fallback: ComputedRef<unknown>
  readonly words: ComputedRef<string | undefined>
} {
  const { t } = useI18n()
  const place = inject(form, null)
  const origin = computed(() => {
    const at = pointer()
    const draft = place?.draft()
    if (!place || !draft || at === undefined || !fillable.test(at)) return undefined
    if (valueAt(configurationOf(draft), at) !== undefined) return 'you'
    const said = place.known()?.origins[at]
    // It was theirs and they took it back: what it becomes is known after the next look.
    return said === 'you' ? undefined : said
  })
  const fallback = computed(() => {
    const known = place?.known()
    const at = pointer()
    if (!known || at === undefined || known.origins[at] === 'you') return undefined
    return valueAt(known.values, at)
  })
  const words = computed(() => {
    if (origin.value === undefined) return undefined
    const environment = t(`words.environment.${place?.known()?.environment ?? 'dev'}`)
    return t(`deploy.origin.${origin.value}`, { environment })
  })
  return { fallback, words }
}

/** The variables that the environment adds, which nobody has answered otherwise. */
export function useGivenVariables(): ComputedRef<{ name: string; value: string }[]> {
  const place = inject(form, null)
  return computed(() => {
    const known = place?.known()
    const own = place?.draft()?.env ?? {}
    return Object.entries(known?.values.env ?? {})
      .filter(([name]) => known?.origins[`/env/${name}`] !== 'you' && !(name in own))
      .map(([name, value]) => ({ name, value }))
  })
}
