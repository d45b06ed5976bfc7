import { useI18n } from 'vue-i18n'
import type { AppFilter } from '#api/app-filters.ts'

/** Where the words for a filter's values stand; a licence is its own word. */
const places: Readonly<Partial<Record<AppFilter, string>>> = {
  category: 'words.category',
  capability: 'words.capability',
  needs: 'words.capability',
  openSource: 'words.answer',
  selfHostable: 'words.answer',
  dpia: 'words.answer',
  accessibility: 'words.answer',
  aiRisk: 'catalog.risk',
  gpu: 'catalog.gpu',
  podSecurity: 'catalog.podSecurity',
}

/** What the values of a filter are called in the language of the page; one we have no word for is shown as it stands. */
export function useFacetWords() {
  const { t, te } = useI18n()
  function wordOf(filter: AppFilter, value: string): string {
    const key = `${places[filter]}.${value}`
    if (!te(key)) return value
    const word = t(key)
    return word.charAt(0).toUpperCase() + word.slice(1)
  }
  return { wordOf }
}
