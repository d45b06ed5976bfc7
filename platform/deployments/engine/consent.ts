import type { Text } from '#api/names.ts'
import type { Ask } from '#api/operations.ts'
import type { LiveObject } from '#platform/adapters/kubernetes/kube-api.ts'
import { DeployFailure } from '../deploy-failure.ts'
import type { Work } from '../work.ts'
import { foreignManager } from './reference.ts'
import { titleOf } from './stages.ts'

/**
 * What the engine does only with a person's consent: taking over an object that somebody else made, and deleting more than
 * half of a deployment. A consent covers exactly the objects that were shown, by kind, name and uid: whatever else is found
 * by then is asked for anew.
 */
export function hasConsent(work: Work, kind: Ask['kind'], live: LiveObject): boolean {
  return (work.consents ?? []).some(
    one =>
      one.kind === kind &&
      one.object === titleOf(live) &&
      one.uid !== '' &&
      one.uid === live.metadata.uid,
  )
}

/** The question whether these objects may be taken over. Nothing has been written yet. */
export function askTakeOver(found: readonly LiveObject[]): DeployFailure {
  const titles = found.map(titleOf).join(', ')
  const message =
    found.length === 1
      ? {
          en: `${titles} exists already and is not of this deployment.`,
          nl: `${titles} bestaat al en is niet van deze uitrol.`,
        }
      : {
          en: `${found.length} objects exist already and are not of this deployment: ${titles}.`,
          nl: `${found.length} objecten bestaan al en zijn niet van deze uitrol: ${titles}.`,
        }
  return asking('foreign-object', message, found.map(takeOverItem), {
    en: 'Nothing was changed. Look at what is asked and consent to it, or choose another name.',
    nl: 'Er is niets gewijzigd. Bekijk wat er wordt gevraagd en stem toe, of kies een andere naam.',
  })
}

/** The question whether so much may be deleted; `all` counts what the deployment has. */
export function askPrune(leftover: readonly LiveObject[], all: number): DeployFailure {
  const message = {
    en: `${leftover.length} of its ${all} objects would be deleted, more than half.`,
    nl: `${leftover.length} van de ${all} objecten zouden worden verwijderd, meer dan de helft.`,
  }
  return asking('prune-too-large', message, leftover.map(pruneItem), {
    en: 'Nothing was deleted. Look at what is asked and consent to it, or roll back.',
    nl: 'Er is niets verwijderd. Bekijk wat er wordt gevraagd en stem toe, of ga terug.',
  })
}

function asking(
  code: 'foreign-object' | 'prune-too-large',
  message: Text,
  asks: readonly Ask[],
  next: Text,
): DeployFailure {
  const [only, ...more] = asks
  const object = only && more.length === 0 ? { object: only.object } : {}
  return new DeployFailure({ code, message, ...object }, next, { asks })
}

function takeOverItem(live: LiveObject): Ask {
  const manager = foreignManager(live)
  const by =
    manager === undefined
      ? { en: '', nl: '' }
      : { en: `, kept by ${manager},`, nl: `, beheerd door ${manager},` }
  return {
    kind: 'take-over',
    object: titleOf(live),
    uid: live.metadata.uid,
    ...(manager !== undefined && { manager }),
    message: {
      en: `${titleOf(live)}${by.en} becomes the deployment's own: what it says is replaced by what the app asks, and it is deleted with the deployment.`,
      nl: `${titleOf(live)}${by.nl} wordt van de uitrol zelf: de inhoud wordt vervangen door wat de app vraagt, en het object wordt met de uitrol verwijderd.`,
    },
  }
}

function pruneItem(live: LiveObject): Ask {
  return {
    kind: 'prune',
    object: titleOf(live),
    uid: live.metadata.uid,
    message: {
      en: `${titleOf(live)} is deleted: the newest revision does not have it.`,
      nl: `${titleOf(live)} wordt verwijderd: de nieuwste revisie heeft het niet.`,
    },
  }
}
