import type { Text } from '#api/names.ts'

/** Said of a name that nothing has, or nothing the asker may see. */
export const isUnknown: Text = { en: 'is unknown', nl: 'is onbekend' }
