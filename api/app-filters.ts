import { z } from 'zod'
import { AppSummary, UnusableApp } from './apps.ts'

const Word = z.string().min(1).max(100)
const { openSource, selfHostable, dpia, accessibility, gpu, podSecurity } = AppSummary.shape

/** One value or several (`?licence=MIT&licence=Apache-2.0`); several widen the filter. */
function anyOf<T extends z.ZodType<string>>(value: T) {
  return z
    .preprocess(
      (given: z.input<T> | readonly z.input<T>[]) => [given].flat(),
      z.array(value).min(1).max(50),
    )
    .optional()
}

/** What the catalogue can be narrowed by; an app has to meet each filter that is given. */
export const appFilters = {
  category: anyOf(Word),
  openSource: anyOf(openSource).describe('the licence is open source'),
  dpia: anyOf(dpia).describe('a privacy assessment (DPIA) is there'),
  accessibility: anyOf(accessibility),
  aiRisk: anyOf(Word).describe('the class of AI risk'),
  selfHostable: anyOf(selfHostable),
  capability: anyOf(Word).describe('what it provides to other apps'),
  needs: anyOf(Word).describe('a capability it can use or has to have'),
  licence: anyOf(Word).describe('an SPDX expression; of `A OR B` each is one'),
  gpu: anyOf(gpu).describe('whether it runs on a GPU'),
  podSecurity: anyOf(podSecurity).describe('the Pod Security level that its pods meet'),
}
export type AppFilter = keyof typeof appFilters
// `Object.keys` of an object literal gives its own names and no others.
export const appFilterNames = Object.keys(appFilters) as readonly AppFilter[]

/** How many apps one gets by choosing this value of a filter, with everything else as asked. */
const Facet = z.object({ value: z.string(), count: z.int() })
export type Facet = z.infer<typeof Facet>

/** A page of the catalogue with what it can be narrowed by. */
export const AppList = z.object({
  items: z.array(AppSummary),
  next: z.string().nullable(),
  /** Over all pages. */
  total: z.int(),
  facets: z.record(z.enum(appFilterNames), z.array(Facet)),
  /** Only when nothing was found: what would be, without this one filter. */
  without: z.array(z.object({ filter: z.enum(['q', ...appFilterNames]), count: z.int() })),
  /** Apps from outside that this Kade cannot use as they were added, whatever is asked for. */
  unusable: z.array(UnusableApp),
})
export type AppList = z.infer<typeof AppList>
