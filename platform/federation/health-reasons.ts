import type { Text } from '#api/names.ts'
import type { HealthWhy, HubSuspect } from './health.ts'

/** Why a cluster is called what it is called, for people. */
export const healthReasons: Readonly<Record<HealthWhy, Text>> = {
  well: {
    en: 'Its worker reaches it, and it answers.',
    nl: 'De worker bereikt het en het antwoordt.',
  },
  flapping: {
    en: 'Its answers come and go.',
    nl: 'Het antwoordt met tussenpozen.',
  },
  'worker-only': {
    en: 'Its worker reaches it, and others do not: the way there is in doubt.',
    nl: 'De worker bereikt het en anderen niet: de weg erheen is twijfelachtig.',
  },
  unserved: {
    en: 'It answers, but no worker reaches it: what runs there is not known, and nothing can be changed. Nothing is moved away.',
    nl: 'Het antwoordt, maar geen worker bereikt het: wat er draait is onbekend en er is niets te wijzigen. Er verhuist niets.',
  },
  'one-signal': {
    en: 'No worker reaches it, and nobody else can look: whether it is down is not known. Nothing is moved away.',
    nl: 'Geen worker bereikt het en niemand anders kan kijken: of het uit is, is onbekend. Er verhuist niets.',
  },
  'both-silent': {
    en: 'No worker reaches it, and it does not answer others either.',
    nl: 'Geen worker bereikt het en het antwoordt anderen ook niet.',
  },
  'both-unwell': {
    en: 'It answers, and says that it is not well; no worker can use it.',
    nl: 'Het antwoordt en meldt dat het niet in orde is; geen worker kan het gebruiken.',
  },
  clearing: {
    en: 'It is back. What was moved away from it in the meantime is removed there before it counts again.',
    nl: 'Het is terug. Wat er intussen vandaan is verhuisd, wordt daar verwijderd voordat het weer meetelt.',
  },
  'coming-back': {
    en: 'It answers again. It counts when it has done so five times in a row.',
    nl: 'Het antwoordt weer. Het telt mee zodra dat vijf keer achter elkaar zo is.',
  },
}

/** What is said while Kade suspects itself. */
export function suspectReason({ silent }: Pick<HubSuspect, 'silent'>): Text {
  const names = silent.join(', ')
  return {
    en: `${names} fell silent at about the same time, which is more than half of the clusters: more likely Kade is cut off than that they are gone. Nothing is moved until that is over.`,
    nl: `${names} vielen ongeveer tegelijk stil, meer dan de helft van de clusters: waarschijnlijker is dat Kade is afgesneden dan dat zij weg zijn. Tot dat voorbij is verhuist er niets.`,
  }
}

export const hubIsWell: Text = {
  en: 'Most clusters are heard of again.',
  nl: 'Van de meeste clusters wordt weer iets vernomen.',
}
