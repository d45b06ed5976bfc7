import type { Text } from '#api/names.ts'

/** What a cluster said, word for word, marked as its own words in both languages: Kade cannot translate it. */
export function clusterSays(words: string): Text {
  return { en: `The cluster says: “${words}”`, nl: `Het cluster zegt: “${words}”` }
}
