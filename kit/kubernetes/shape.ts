/** What may stand in a field: a value by its word, one of several texts, a list, a map, or another shape by name. */
export type ShapeNode =
  | 'any'
  | 'number'
  | 'quantity'
  | 'text'
  | 'whole'
  | 'whole-or-text'
  | 'yes-or-no'
  | { readonly oneOf: readonly string[] }
  | { readonly list: ShapeNode }
  | { readonly map: ShapeNode }
  | { readonly of: string }

/** The fields an object may have, and those it must. No other field is allowed. */
export type Shape = {
  readonly required: readonly string[]
  readonly fields: Readonly<Record<string, ShapeNode>>
}
