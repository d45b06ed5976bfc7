import { dataClasses } from '#api/data-classes.ts'
import type { Text } from '#api/names.ts'
import type { Candidate, PlacementRequest, VerdictCode } from './placement.ts'

type Given = {
  readonly candidate: Candidate
  readonly request: PlacementRequest
  /** How many clusters came into question. */
  readonly eligible: number
}

/** Why a cluster was chosen or not, for people. */
export function reasonFor(code: VerdictCode, given: Given): Text {
  const reason = reasons[code]
  const text = typeof reason === 'function' ? reason(given) : reason
  const isChosen = code === 'asked' || code === 'data-here' || code === 'usual' || code === 'best'
  return isChosen ? withCautions(text, given.candidate) : text
}

const reasons: Readonly<Record<VerdictCode, Text | ((given: Given) => Text)>> = {
  stays: { en: 'It runs here already.', nl: 'Het draait hier al.' },
  asked: { en: 'It was asked for by name.', nl: 'Er is bij naam om gevraagd.' },
  'data-here': {
    en: 'The data that was kept of the last deployment of this name stands here.',
    nl: 'De bewaarde gegevens van de vorige uitrol met deze naam staan hier.',
  },
  'data-elsewhere': ({ request: { kept = [] } }) => ({
    en: `It would do, but the data that was kept of the last deployment of this name stands on ${kept.join(', ')}.`,
    nl: `Het zou voldoen, maar de bewaarde gegevens van de vorige uitrol met deze naam staan op ${kept.join(', ')}.`,
  }),
  usual: {
    en: 'It is the usual choice, and satisfies all that is asked.',
    nl: 'Het is de gebruikelijke keuze en voldoet aan alles wat is gevraagd.',
  },
  best: ({ eligible }) =>
    eligible === 1
      ? { en: 'It alone satisfies all that is asked.', nl: 'Alleen dit voldoet aan alles.' }
      : {
          en: 'It satisfies all that is asked, and comes first of those that do.',
          nl: 'Het voldoet aan alles wat is gevraagd en komt daarvan als eerste.',
        },
  residency: ({ candidate: { jurisdiction }, request: { dataClass } }) => {
    const { en, nl } = dataClass ? dataClasses[dataClass].title : { en: '', nl: '' }
    return {
      en: `Data of class "${en}" may not stand under the law of ${jurisdiction}.`,
      nl: `Gegevens van de klasse "${nl}" mogen niet onder het recht van ${jurisdiction} staan.`,
    }
  },
  'residency-unknown': {
    en: 'Whose law holds there is not known, so these data may not stand there.',
    nl: 'Welk recht daar geldt is onbekend, dus deze gegevens mogen daar niet staan.',
  },
  region: ({ candidate: { region }, request: { regions = [] } }) => ({
    en: `It stands in region ${region}; asked is ${regions.join(' or ')}.`,
    nl: `Het staat in regio ${region}; gevraagd is ${regions.join(' of ')}.`,
  }),
  affinity: {
    en: 'It is in none of the groups that were asked for.',
    nl: 'Het zit in geen van de gevraagde groepen.',
  },
  'no-namespace': {
    en: 'The namespace does not stand there.',
    nl: 'De namespace staat daar niet.',
  },
  beside: ({ candidate: { name }, request: { beside = [] } }) => {
    const away = beside.filter(one => !one.clusters.includes(name))
    const where = away.map(one => `${one.target} (${one.clusters.join(', ')})`).join(', ')
    return {
      en: `What it is bound to runs elsewhere, and is not reached from there: ${where}.`,
      nl: `Waaraan het is gekoppeld draait elders en is van daar niet bereikbaar: ${where}.`,
    }
  },
  cordoned: {
    en: 'It takes nothing new: it was cordoned.',
    nl: 'Het neemt niets nieuws aan: het is afgesloten voor nieuw werk.',
  },
  'not-ready': {
    en: 'It answers, and says that it is not well.',
    nl: 'Het antwoordt en meldt dat het niet in orde is.',
  },
  unknown: {
    en: 'Nothing is heard of it, so nothing new goes there.',
    nl: 'Er wordt niets van vernomen, dus er gaat niets nieuws naartoe.',
  },
  'no-room': {
    en: 'Its nodes have no room for what the app asks for.',
    nl: 'De nodes hebben geen ruimte voor wat de app vraagt.',
  },
  'not-asked': ({ request: { clusters = [] } }) => ({
    en: `It would do, but ${clusters.join(', ')} was asked for.`,
    nl: `Het zou voldoen, maar er is om ${clusters.join(', ')} gevraagd.`,
  }),
  'not-needed': {
    en: 'It would do, but is not needed.',
    nl: 'Het zou voldoen, maar is niet nodig.',
  },
  'too-few-clusters': ({ request: { count }, eligible }) => ({
    en: `It would do, but ${count} clusters are asked for, and ${eligible} would do.`,
    nl: `Het zou voldoen, maar er worden ${count} clusters gevraagd, en ${eligible} voldoen.`,
  }),
  'too-few-regions': ({ request: { spread } }) => ({
    en: `It would do, but what would do cannot be spread over ${spreadOf(spread, 'en')}.`,
    nl: `Het zou voldoen, maar wat voldoet is niet te spreiden over ${spreadOf(spread, 'nl')}.`,
  }),
  'too-little-room': {
    en: 'It would do, but the clusters together have no room for all pods.',
    nl: 'Het zou voldoen, maar de clusters hebben samen geen ruimte voor alle pods.',
  },
}

function spreadOf(spread: PlacementRequest['spread'], language: 'en' | 'nl'): string {
  const { min, max } = spread ?? {}
  const words = { en: ['at least', 'at most', 'regions'], nl: ['minstens', 'hoogstens', "regio's"] }
  const [least, most, regions] = words[language]
  const parts = [min && `${least} ${min}`, max && `${most} ${max}`].filter(Boolean)
  return `${parts.join(', ')} ${regions}`
}

/** What is said beside a choice, because it is not known or only hoped for. */
function withCautions(text: Text, { health, rooms, elastic }: Candidate): Text {
  const all = [
    text,
    ...(health === 'joining' ? [cautions.joining] : []),
    ...(health === 'degraded' ? [cautions.degraded] : []),
    ...(rooms === null ? [cautions.uncounted] : elastic ? [cautions.elastic] : []),
  ]
  return { en: all.map(one => one.en).join(' '), nl: all.map(one => one.nl).join(' ') }
}

const cautions = {
  joining: {
    en: 'It has not joined yet: it is waited for.',
    nl: 'Het is nog niet aangesloten: daarop wordt gewacht.',
  },
  degraded: { en: 'Its answers come and go.', nl: 'Het antwoordt met tussenpozen.' },
  uncounted: {
    en: 'How much room it has is not known.',
    nl: 'Hoeveel ruimte het heeft is onbekend.',
  },
  elastic: {
    en: 'It gets more nodes when pods wait for room.',
    nl: 'Het krijgt nodes bij als pods op ruimte wachten.',
  },
}
