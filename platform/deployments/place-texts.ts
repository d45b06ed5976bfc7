import type { Text } from '#api/names.ts'
import type { placeEvents } from '#platform/events/place-events.ts'
import type { EventData, StoredEvent } from '#platform/events/types.ts'

type PlaceEvent = Extract<StoredEvent, { type: keyof typeof placeEvents }>

/** What an event of one cluster among several, of a move or of a wave says to a person. */
export function placeText(event: PlaceEvent): Text {
  switch (event.type) {
    case 'PlaceSettled': {
      const { revision, cluster } = event.data
      return {
        en: `Revision ${revision} serves on ${cluster}, and what it replaced there is gone.`,
        nl: `Revisie ${revision} werkt op ${cluster}, en wat ze daar vervangt is weg.`,
      }
    }
    case 'PlaceEmptied':
      return emptiedText(event.data)
    case 'DeploymentMoved': {
      const to = event.data.to.join(', ')
      const left = event.data.from.filter(one => !event.data.to.includes(one)).join(', ')
      if (!left) return { en: `It runs on ${to} now.`, nl: `Het draait nu op ${to}.` }
      return {
        en: `It runs on ${to} now; ${left} is emptied.`,
        nl: `Het draait nu op ${to}; ${left} wordt geleegd.`,
      }
    }
    case 'WaveHeld':
      return {
        en: `Wave ${event.data.wave} serves. The next one waits for a person.`,
        nl: `Golf ${event.data.wave} werkt. De volgende wacht op een mens.`,
      }
    case 'WaveStarted':
      return waveText(event.data)
  }
}

function emptiedText({ cluster, kept, erased }: EventData<'PlaceEmptied'>): Text {
  const what = kept?.join(', ')
  const gone = erased
    ? {
        en: `Its data on ${cluster} is erased.`,
        nl: `De gegevens op ${cluster} zijn gewist.`,
      }
    : {
        en: `Nothing of it runs on ${cluster} any more.`,
        nl: `Op ${cluster} draait er niets meer van.`,
      }
  if (!what) return gone
  return { en: `${gone.en} Kept there: ${what}.`, nl: `${gone.nl} Daar bewaard: ${what}.` }
}

function waveText({ wave, passed = [] }: EventData<'WaveStarted'>): Text {
  const without = passed.join(', ')
  if (!without) return { en: `Wave ${wave} begins.`, nl: `Golf ${wave} begint.` }
  return {
    en: `Wave ${wave} begins without ${without}, of which nothing is heard: that is to serve before the end all the same.`,
    nl: `Golf ${wave} begint zonder ${without}, waarvan niets wordt gehoord: dat moet voor het einde toch nog werken.`,
  }
}
