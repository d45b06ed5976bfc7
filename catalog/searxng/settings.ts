import { z } from 'zod'
import { inBoth } from '#kit/issue-text.ts'
import { question } from '#kit/question.ts'

/** `duckduckgo`, `google images`: as the page of preferences writes it. */
const engineName = z
  .string()
  .max(60)
  .regex(
    /^[a-z0-9][a-z0-9 ._-]*$/,
    inBoth(
      'the name of a search engine, such as duckduckgo',
      'de naam van een zoekmachine, zoals duckduckgo',
    ),
  )

/** The questions of SearXNG. */
export const settings = z.strictObject({
  title: question(z.string().trim().min(1).max(60).default('SearXNG'), {
    title: { en: 'Name of the page', nl: 'Naam van de pagina' },
    help: { en: 'Shown in the browser tab.', nl: 'Te zien in het tabblad.' },
  }),
  language: question(z.enum(['auto', 'nl', 'en', 'de', 'fr']).default('auto'), {
    title: { en: 'Language of the page', nl: 'Taal van de pagina' },
    help: {
      en: 'Until someone chooses their own.',
      nl: 'Totdat iemand zelf kiest.',
    },
    labels: {
      auto: { en: 'As the browser asks', nl: 'Zoals de browser vraagt' },
      nl: { en: 'Dutch', nl: 'Nederlands' },
      en: { en: 'English', nl: 'Engels' },
      de: { en: 'German', nl: 'Duits' },
      fr: { en: 'French', nl: 'Frans' },
    },
  }),
  searchLanguage: question(z.enum(['auto', 'all', 'nl', 'en', 'de', 'fr']).default('auto'), {
    title: { en: 'Language of results', nl: 'Taal van resultaten' },
    help: {
      en: 'Until someone chooses their own, and for apps that name none.',
      nl: 'Totdat iemand zelf kiest, en voor apps die er geen noemen.',
    },
    labels: {
      auto: { en: 'That of the question', nl: 'Die van de vraag' },
      all: { en: 'Any', nl: 'Elke' },
      nl: { en: 'Dutch', nl: 'Nederlands' },
      en: { en: 'English', nl: 'Engels' },
      de: { en: 'German', nl: 'Duits' },
      fr: { en: 'French', nl: 'Frans' },
    },
  }),
  safeSearch: question(z.enum(['off', 'moderate', 'strict']).default('moderate'), {
    title: { en: 'Leave out what is not for everyone', nl: 'Weglaten wat niet voor iedereen is' },
    help: {
      en: 'As far as each search engine can.',
      nl: 'Voor zover elke zoekmachine dat kan.',
    },
    labels: {
      off: { en: 'Nothing', nl: 'Niets' },
      moderate: { en: 'The worst', nl: 'Het ergste' },
      strict: { en: 'All of it', nl: 'Alles' },
    },
  }),
  suggestions: question(
    z.enum(['none', 'duckduckgo', 'qwant', 'startpage', 'wikipedia']).default('none'),
    {
      title: { en: 'Suggestions while typing', nl: 'Suggesties tijdens het typen' },
      help: {
        en: 'Every letter then goes to this search engine, though not from whom.',
        nl: 'Elke letter gaat dan naar deze zoekmachine, al is niet te zien van wie.',
      },
      labels: {
        none: { en: 'None', nl: 'Geen' },
        duckduckgo: { en: 'DuckDuckGo', nl: 'DuckDuckGo' },
        qwant: { en: 'Qwant', nl: 'Qwant' },
        startpage: { en: 'Startpage', nl: 'Startpage' },
        wikipedia: { en: 'Wikipedia', nl: 'Wikipedia' },
      },
    },
  ),
  withoutEngines: question(z.array(engineName).max(50).default([]), {
    title: { en: 'Search engines to leave out', nl: 'Zoekmachines om weg te laten' },
    help: {
      en: 'By the name on the page of preferences, such as google. Useful for one that blocks you.',
      nl: 'Met de naam op de voorkeurenpagina, zoals google. Handig voor een die je blokkeert.',
    },
    advanced: true,
  }),
  imageProxy: question(z.boolean().default(true), {
    title: { en: 'Fetch pictures itself', nl: 'Zelf afbeeldingen ophalen' },
    help: {
      en: 'Otherwise the browser asks websites for them, and those see who looks.',
      nl: 'Anders vraagt de browser ze aan websites, en die zien wie er kijkt.',
    },
    advanced: true,
  }),
  timeoutSeconds: question(z.int().min(1).max(30).default(3), {
    title: {
      en: 'Wait for a search engine (seconds)',
      nl: 'Wachten op een zoekmachine (seconden)',
    },
    help: {
      en: 'One that is slower is left out of the results.',
      nl: 'Een die langzamer is, blijft uit de resultaten.',
    },
    advanced: true,
  }),
  limitVisitors: question(z.boolean().default(false), {
    title: { en: 'Slow down bots', nl: 'Bots afremmen' },
    help: {
      en: 'For visitors from outside your own networks. Works only with a Redis or Valkey store bound to it.',
      nl: 'Voor bezoekers van buiten de eigen netwerken. Werkt alleen met een Redis- of Valkey-opslag eraan gekoppeld.',
    },
    advanced: true,
  }),
})
