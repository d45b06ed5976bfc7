import { createI18n } from 'vue-i18n'

export type Language = 'en' | 'nl'
interface Texts {
  [key: string]: string | Texts
}
const storageKey = 'kade-language'

/** One file per page and language; the file's name is the first part of its keys. */
const files = import.meta.glob<Texts>('./locales/*/*.json', {
  eager: true,
  import: 'default',
})

function messagesOf(language: Language): Record<string, Texts> {
  const messages: Record<string, Texts> = {}
  for (const [path, texts] of Object.entries(files)) {
    const [, folder, file] = /\/(\w+)\/([\w-]+)\.json$/.exec(path) ?? []
    if (folder === language && file) messages[file] = texts
  }
  return messages
}

/** The language chosen before, else the browser's when we speak it, else English. */
function firstLanguage(): Language {
  const chosen = localStorage.getItem(storageKey)
  if (chosen === 'en' || chosen === 'nl') return chosen
  return navigator.language.startsWith('nl') ? 'nl' : 'en'
}

export const i18n = createI18n({
  legacy: false,
  locale: firstLanguage(),
  fallbackLocale: 'en',
  messages: { en: messagesOf('en'), nl: messagesOf('nl') },
})

/** Speaks another language from now on, also next time. */
export function chooseLanguage(language: Language): void {
  i18n.global.locale.value = language
  localStorage.setItem(storageKey, language)
}

/** A text outside of a component. */
export function translate(key: string): string {
  // Called through the plain signature: vue-i18n's own types are too deep for the compiler here.
  const t: (key: string) => string = i18n.global.t
  return t(key)
}
