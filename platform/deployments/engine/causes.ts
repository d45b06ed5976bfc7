import type { Text } from '#api/names.ts'
import type { Cause } from '#api/operations.ts'
import { DeployFailure } from '../deploy-failure.ts'
import { followedBy } from './sentences.ts'

/** Every way a cluster can refuse or fail a deployment. The codes are stable; the texts may be improved. */
export type CauseCode =
  | 'admission-denied'
  | 'configuration-missing'
  | 'crash-loop'
  | 'foreign-object'
  | 'image-pull-failed'
  | 'immutable-field'
  | 'invalid-object'
  | 'job-failed'
  | 'kind-unknown'
  | 'namespace-missing'
  | 'namespace-not-prepared'
  | 'namespace-terminating'
  | 'not-ready-in-time'
  | 'nothing-to-apply'
  | 'out-of-memory'
  | 'outside-namespace'
  | 'preview-stale'
  | 'prune-too-large'
  | 'quota-exceeded'
  | 'stuck-terminating'
  | 'superseded'
  | 'unschedulable'

type Explanation = { readonly what: Text; readonly next: Text }

const explanations: Record<CauseCode, Explanation> = {
  'admission-denied': {
    what: {
      en: 'A rule of the cluster refused it',
      nl: 'Een regel van het cluster heeft het geweigerd',
    },
    next: {
      en: 'Change the setting that the message names; if the rule itself is wrong for this app, ask the platform team.',
      nl: 'Pas de instelling aan die de melding noemt; past de regel niet bij deze app, vraag het dan het platformteam.',
    },
  },
  'configuration-missing': {
    what: {
      en: 'A container cannot start because something it needs is not there',
      nl: 'Een container kan niet starten omdat iets ontbreekt dat hij nodig heeft',
    },
    next: {
      en: 'Check that every secret and setting the app asks for has a value, then deploy again.',
      nl: 'Controleer of elk geheim en elke instelling die de app vraagt een waarde heeft en rol dan opnieuw uit.',
    },
  },
  'crash-loop': {
    what: {
      en: 'The app starts and stops again and again',
      nl: 'De app start en stopt steeds opnieuw',
    },
    next: {
      en: 'Read the logs of the deployment: the last lines say why it stopped. Then correct the settings, or roll back.',
      nl: 'Lees de logs van de uitrol: de laatste regels zeggen waarom hij stopte. Herstel dan de instellingen of draai terug.',
    },
  },
  'foreign-object': {
    what: {
      en: 'An object of this name exists and belongs to somebody else',
      nl: 'Een object met deze naam bestaat al en is van iemand anders',
    },
    next: {
      en: 'Choose another name for the deployment, or have the object removed by its owner.',
      nl: 'Kies een andere naam voor de uitrol of laat de eigenaar het object verwijderen.',
    },
  },
  'image-pull-failed': {
    what: {
      en: 'The image cannot be fetched',
      nl: 'De image kan niet worden opgehaald',
    },
    next: {
      en: 'Check the name and version of the image, and whether the cluster may reach its registry.',
      nl: 'Controleer naam en versie van de image, en of het cluster het register kan bereiken.',
    },
  },
  'immutable-field': {
    what: {
      en: 'A field that cannot be changed after creation would change',
      nl: 'Een veld dat na het aanmaken vastligt, zou veranderen',
    },
    next: {
      en: 'Put the setting back as it was, or delete the deployment (its data can be kept) and create it again.',
      nl: 'Zet de instelling terug, of verwijder de uitrol (met behoud van gegevens) en maak hem opnieuw aan.',
    },
  },
  'invalid-object': {
    what: {
      en: 'The cluster does not accept the configuration',
      nl: 'Het cluster accepteert de configuratie niet',
    },
    next: {
      en: 'Correct the field that the message names; if it is none of your settings, report it to the owner of the app.',
      nl: 'Verbeter het veld dat de melding noemt; is het geen instelling van jou, meld het dan bij de eigenaar van de app.',
    },
  },
  'job-failed': {
    what: { en: 'A job of the app failed', nl: 'Een taak van de app is mislukt' },
    next: {
      en: 'Read the logs of the deployment, correct the settings and deploy again.',
      nl: 'Lees de logs van de uitrol, herstel de instellingen en rol opnieuw uit.',
    },
  },
  'kind-unknown': {
    what: {
      en: 'The cluster does not know this kind of object',
      nl: 'Het cluster kent dit soort object niet',
    },
    next: {
      en: 'Choose a cluster that has the extension the app needs, or ask the platform team to install it.',
      nl: 'Kies een cluster met de uitbreiding die de app nodig heeft of vraag het platformteam die te installeren.',
    },
  },
  'namespace-missing': {
    what: { en: 'The namespace does not exist', nl: 'De namespace bestaat niet' },
    next: {
      en: 'Create the namespace in Kade, or choose one that exists on this cluster.',
      nl: 'Maak de namespace aan in Kade of kies er een die op dit cluster bestaat.',
    },
  },
  'namespace-not-prepared': {
    what: {
      en: 'Kade may not deploy into this namespace',
      nl: 'Kade mag niet uitrollen in deze namespace',
    },
    next: {
      en: 'Have the namespace prepared in Kade; it then gets its roles, quota and network rules.',
      nl: 'Laat de namespace in Kade voorbereiden; die krijgt dan rollen, quotum en netwerkregels.',
    },
  },
  'namespace-terminating': {
    what: {
      en: 'The namespace is being deleted',
      nl: 'De namespace wordt verwijderd',
    },
    next: {
      en: 'Choose another namespace, or wait until it is gone and create it again.',
      nl: 'Kies een andere namespace, of wacht tot hij weg is en maak hem opnieuw aan.',
    },
  },
  'not-ready-in-time': {
    what: {
      en: 'The app did not become ready in time',
      nl: 'De app werd niet op tijd gereed',
    },
    next: {
      en: 'Read the logs; give the app more CPU or memory if it is only slow, otherwise roll back.',
      nl: 'Lees de logs; geef de app meer CPU of geheugen als hij alleen traag is, draai anders terug.',
    },
  },
  'nothing-to-apply': {
    what: {
      en: 'The revision holds no objects',
      nl: 'De revisie bevat geen objecten',
    },
    next: {
      en: 'Report it to the owner of the app: its module rendered nothing. Nothing was changed.',
      nl: 'Meld het bij de eigenaar van de app: de module leverde niets op. Er is niets gewijzigd.',
    },
  },
  'out-of-memory': {
    what: {
      en: 'The app used more memory than its limit and was stopped',
      nl: 'De app gebruikte meer geheugen dan zijn limiet en is gestopt',
    },
    next: {
      en: 'Raise the memory limit, or make the app use less.',
      nl: 'Verhoog de geheugenlimiet of laat de app minder gebruiken.',
    },
  },
  'outside-namespace': {
    what: {
      en: 'An object lies outside the namespace of the deployment',
      nl: 'Een object ligt buiten de namespace van de uitrol',
    },
    next: {
      en: 'Report it to the owner of the app: a module may only make objects in its own namespace.',
      nl: 'Meld het bij de eigenaar van de app: een module mag alleen objecten in zijn eigen namespace maken.',
    },
  },
  'preview-stale': {
    what: {
      en: 'Something changed in the cluster after the preview, so nothing was applied',
      nl: 'Na het voorbeeld is er iets in het cluster gewijzigd, dus er is niets toegepast',
    },
    next: {
      en: 'Look at the change again: the new preview shows what is there now. What was asked for is kept.',
      nl: 'Bekijk de wijziging opnieuw: het nieuwe voorbeeld toont wat er nu staat. Wat is gevraagd, blijft bewaard.',
    },
  },
  'prune-too-large': {
    what: {
      en: 'More than half of the objects would be deleted',
      nl: 'Meer dan de helft van de objecten zou worden verwijderd',
    },
    next: {
      en: 'Nothing was deleted. Roll back, or delete the deployment (its data can be kept) and create it again.',
      nl: 'Er is niets verwijderd. Draai terug, of verwijder de uitrol (met behoud van gegevens) en maak hem opnieuw aan.',
    },
  },
  'quota-exceeded': {
    what: {
      en: 'The namespace has no room left in its quota',
      nl: 'Het quotum van de namespace is op',
    },
    next: {
      en: 'Ask for less CPU, memory or storage, delete what is not used any more, or ask for a larger quota.',
      nl: 'Vraag minder CPU, geheugen of opslag, verwijder wat niet meer gebruikt wordt of vraag een groter quotum aan.',
    },
  },
  'stuck-terminating': {
    what: {
      en: 'An object was deleted but does not go away',
      nl: 'Een object is verwijderd maar verdwijnt niet',
    },
    next: {
      en: 'Something in the cluster holds on to it. Try again later; if it stays, ask the platform team.',
      nl: 'Iets in het cluster houdt het vast. Probeer het later opnieuw; blijft het staan, vraag het platformteam.',
    },
  },
  superseded: {
    what: {
      en: 'A newer revision has been applied since',
      nl: 'Er is intussen een nieuwere revisie toegepast',
    },
    next: {
      en: 'Nothing needs to be done: the newer revision stands.',
      nl: 'Je hoeft niets te doen: de nieuwere revisie staat.',
    },
  },
  unschedulable: {
    what: {
      en: 'No node of the cluster has room for the app',
      nl: 'Geen node van het cluster heeft plaats voor de app',
    },
    next: {
      en: 'Ask for less CPU or memory, or choose a cluster with more room.',
      nl: 'Vraag minder CPU of geheugen of kies een cluster met meer ruimte.',
    },
  },
}

/** A cause in both languages. `detail` is a sentence that says more, such as what the cluster said in its own words. */
export function causeOf(code: CauseCode, object?: string, detail?: Text): Cause {
  const { en, nl } = followedBy(explanations[code].what, detail)
  return {
    code,
    message: { en: `${en}.`, nl: `${nl}.` },
    ...(object !== undefined && { object }),
  }
}

/** What the reader can do about a cause of this engine; null for a code that is not its own. */
export function nextStep(code: string): Text | null {
  return Object.hasOwn(explanations, code)
    ? // Its own key: `hasOwn` has just said so.
      explanations[code as CauseCode].next
    : null
}

export function failure(
  code: CauseCode,
  object?: string,
  detail?: Text,
  options?: { cause?: unknown },
): DeployFailure {
  return new DeployFailure(causeOf(code, object, detail), explanations[code].next, options)
}
