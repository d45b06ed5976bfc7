import type { Text } from '#api/names.ts'

/** Of an id that stands for nothing on the shelf. */
export function noSuchApp(id: string): Text {
  return { en: `The catalogue has no app ${id}.`, nl: `De catalogus heeft geen app ${id}.` }
}
