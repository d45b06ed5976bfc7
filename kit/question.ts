import type { z } from 'zod'
import type { Text } from './app.ts'

type Labels<V> = [V] extends [string] ? { readonly [K in V]: Text } : never

/**
 * A setting with the words of its form field in both languages. The schema keeps its type. In JSON Schema `title` and `description`
 * are English, `x-nl` holds the same in Dutch, `x-labels` has a text in both languages per allowed value, and `x-advanced` marks
 * what the form folds away.
 */
export function question<S extends z.ZodType>(
  schema: S,
  words: {
    readonly title: Text
    readonly help: Text
    /** A label for each value of a choice. */
    readonly labels?: Labels<NonNullable<z.output<S>>>
    readonly advanced?: true
  },
): S {
  const { title, help, labels, advanced } = words
  return schema.meta({
    title: title.en,
    description: help.en,
    ...(labels && { 'x-labels': labels }),
    ...(advanced && { 'x-advanced': true }),
    'x-nl': { title: title.nl, description: help.nl },
  }) as S // meta() clones the schema it is called on
}
