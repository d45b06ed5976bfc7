import { useI18n } from 'vue-i18n'
import type { Text } from '#api/names.ts'

/** Picks the language of a text that comes in both. */
export function useText(): (text: Text) => string {
  const { locale } = useI18n()
  return text => (locale.value === 'nl' ? text.nl : text.en)
}
