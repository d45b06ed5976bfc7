import type { Text } from '#api/names.ts'
import { nextStep } from '#platform/deployments/engine/causes.ts'

/** Causes that the hub finds, not the engine. */
const own: Record<string, Text> = {
  'cluster-unreachable': {
    en: 'Wait until the cluster is back and retry, or deploy to another cluster.',
    nl: 'Wacht tot het cluster terug is en probeer opnieuw, of kies een ander cluster.',
  },
  'job-not-done-in-time': {
    en: 'Read the logs of the deployment to see what the job waits for, and retry.',
    nl: 'Lees in de logs van de uitrol waar de taak op wacht en probeer opnieuw.',
  },
  'not-deleted-in-time': {
    en: 'Look at the objects to see what is left and retry; if it stays, ask the platform team.',
    nl: 'Bekijk in de objecten wat er over is en probeer opnieuw; blijft het, vraag het platformteam.',
  },
  'not-settled-in-time': {
    en: 'The new revision serves. Retry to remove what it replaced.',
    nl: 'De nieuwe revisie werkt. Probeer opnieuw om te verwijderen wat ze vervangt.',
  },
  'provider-not-ready': {
    en: 'Look at what it waited for, put that right, and retry.',
    nl: 'Bekijk waarop hij wachtte, los dat op en probeer opnieuw.',
  },
  'provider-gone': {
    en: 'Bind it to another deployment, or deploy that one again, and update.',
    nl: 'Koppel hem aan een andere uitrol, of rol die opnieuw uit, en pas aan.',
  },
  'still-in-use': {
    en: 'Delete what uses it first, or bind that to something else, and retry.',
    nl: 'Verwijder eerst wat hem gebruikt, of koppel dat aan iets anders, en probeer opnieuw.',
  },
  'wave-not-approved': {
    en: 'The waves so far have the new revision, the others what they had. Retry, and let each next wave begin.',
    nl: 'De golven tot nu toe hebben de nieuwe revisie, de andere wat ze hadden. Probeer opnieuw en laat elke volgende golf beginnen.',
  },
  residency: {
    en: 'Deploy it on a cluster under another law; what runs already was left as it is.',
    nl: 'Rol hem uit op een cluster onder ander recht; wat al draait is ongemoeid gelaten.',
  },
  'policy-denied': {
    en: 'Preview the deployment to see every finding with its fix, correct them and update.',
    nl: 'Bekijk het voorbeeld met alle bevindingen en oplossingen, verbeter ze en pas aan.',
  },
}

const look: Text = {
  en: 'Look at the objects and logs, correct the configuration and update, or retry.',
  nl: 'Bekijk de objecten en logs, verbeter de configuratie en pas aan, of probeer opnieuw.',
}

/**
 * The next step to advise after a failure, by the code of its cause; `lastGood` is a revision to go back to, or one that
 * serves still where the newer one was only being prepared.
 */
export function nextAfter(code: string, lastGood: number | null, isPreparing = false): Text {
  const step = own[code] ?? nextStep(code) ?? look
  if (lastGood === null) return step
  if (isPreparing)
    return {
      en: `${step.en} Revision ${lastGood} goes on serving.`,
      nl: `${step.nl} Revisie ${lastGood} blijft werken.`,
    }
  return {
    en: `${step.en} Revision ${lastGood} worked: you can roll back to it.`,
    nl: `${step.nl} Revisie ${lastGood} werkte: je kunt daarnaar teruggaan.`,
  }
}
