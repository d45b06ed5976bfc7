import type { Text } from '#api/names.ts'

/**
 * What the engine says of objects and deployments, both languages side by side. Each is one sentence without its full stop, so
 * that it can stand alone, follow another one, or be marked as simulated.
 */
export const sentences = {
  applied: (): Text => ({ en: 'Applied', nl: 'Toegepast' }),
  nothingThere: (): Text => ({
    en: 'Nothing of the deployment is in the cluster',
    nl: 'Van de uitrol staat niets in het cluster',
  }),
  beingCreated: (title: string): Text => ({
    en: `${title} is being created`,
    nl: `${title} wordt aangemaakt`,
  }),
  notThere: (title: string): Text => ({ en: `${title} is not there`, nl: `${title} ontbreekt` }),
  allReady: (workloads: number): Text => ({
    en: `All ${workloads} workloads are ready`,
    nl: `Alle ${workloads} onderdelen zijn gereed`,
  }),
  clusterUnreachable: (): Text => ({
    en: 'The cluster cannot be reached',
    nl: 'Het cluster is niet bereikbaar',
  }),

  ready: (): Text => ({ en: 'Ready', nl: 'Gereed' }),
  completed: (): Text => ({ en: 'Completed', nl: 'Afgerond' }),
  suspended: (): Text => ({ en: 'Suspended', nl: 'Gepauzeerd' }),
  absent: (): Text => ({ en: 'It does not exist', nl: 'Het bestaat niet' }),
  beingDeleted: (since: string): Text => ({
    en: `Being deleted since ${since}`,
    nl: `Wordt verwijderd sinds ${since}`,
  }),
  notLookedAt: (): Text => ({
    en: 'The cluster has not looked at the newest version yet',
    nl: 'Het cluster heeft de nieuwste versie nog niet bekeken',
  }),
  waitsForCondition: (type: string): Text => ({
    en: `It waits for the condition ${type}`,
    nl: `Het wacht op de voorwaarde ${type}`,
  }),

  notBegun: (): Text => ({
    en: 'Waiting for the cluster to begin',
    nl: 'Wacht tot het cluster begint',
  }),
  podsMade: (have: number, wanted: number): Text => ({
    en: `${have} of ${wanted} pods made`,
    nl: `${have} van ${wanted} pods aangemaakt`,
  }),
  newPodsMade: (have: number, wanted: number): Text => ({
    en: `${have} of ${wanted} new pods made`,
    nl: `${have} van ${wanted} nieuwe pods aangemaakt`,
  }),
  podsPlaced: (have: number, wanted: number): Text => ({
    en: `${have} of ${wanted} pods placed`,
    nl: `${have} van ${wanted} pods geplaatst`,
  }),
  podsUpdated: (have: number, wanted: number): Text => ({
    en: `${have} of ${wanted} pods updated`,
    nl: `${have} van ${wanted} pods bijgewerkt`,
  }),
  podsAvailable: (have: number, wanted: number): Text => ({
    en: `${have} of ${wanted} pods available`,
    nl: `${have} van ${wanted} pods beschikbaar`,
  }),
  podsReady: (have: number, wanted: number): Text => ({
    en: `${have} of ${wanted} pods ready`,
    nl: `${have} van ${wanted} pods gereed`,
  }),
  oldPodsLeft: (count: number): Text =>
    count === 1
      ? { en: '1 old pod is still there', nl: '1 oude pod staat er nog' }
      : { en: `${count} old pods are still there`, nl: `${count} oude pods staan er nog` },
  podsTooMany: (count: number): Text => ({
    en: `${count} ${count === 1 ? 'pod' : 'pods'} too many`,
    nl: `${count} ${count === 1 ? 'pod' : 'pods'} te veel`,
  }),
  rollingOut: (): Text => ({
    en: 'The new pods are being rolled out',
    nl: 'De nieuwe pods worden uitgerold',
  }),
  scaledDown: (): Text => ({ en: 'Scaled down to no pods', nl: 'Teruggeschaald naar nul pods' }),
  jobNotBegun: (): Text => ({ en: 'The job has not begun', nl: 'De taak is nog niet begonnen' }),
  jobFailed: (title: string, said: Text): Text => ({
    en: `${title} failed: ${said.en}`,
    nl: `${title} is mislukt: ${said.nl}`,
  }),
  jobNotEnded: (title: string): Text => ({
    en: `${title} has not ended`,
    nl: `${title} is nog niet klaar`,
  }),
  waitsForJobs: (titles: readonly string[]): Text => ({
    en: `It waits for ${titles.join(', ')}`,
    nl: `Het wacht op ${titles.join(', ')}`,
  }),
  jobRuns: (active: number, done: number): Text => ({
    en: `The job runs: ${active} active, ${done} done`,
    nl: `De taak draait: ${active} actief, ${done} klaar`,
  }),

  podNotReady: (phase: string): Text => ({
    en: `The pod is ${phase.toLowerCase()} and not ready`,
    nl: `De pod ${podPhases[phase] ?? `staat op ${phase}`} en is nog niet gereed`,
  }),
  podFailed: (): Text => ({ en: 'The pod failed', nl: 'De pod is mislukt' }),
  /** `reason` is Kubernetes' word for it, such as `ImagePullBackOff`. */
  containerWaits: (container: string, reason: string): Text => ({
    en: `Container ${container}: ${reason}`,
    nl: `Container ${container}: ${reason}`,
  }),
  containerCrashes: (container: string, reason: string, exitCode: number): Text => ({
    en: `Container ${container}: ${reason} (last exit code ${exitCode})`,
    nl: `Container ${container}: ${reason} (laatste exitcode ${exitCode})`,
  }),
  containerEnded: (container: string, exitCode: number): Text => ({
    en: `Container ${container}: ended with exit code ${exitCode}`,
    nl: `Container ${container}: gestopt met exitcode ${exitCode}`,
  }),

  bound: (): Text => ({ en: 'Bound', nl: 'Gekoppeld' }),
  volumeLost: (): Text => ({
    en: 'The volume behind the claim is lost',
    nl: 'Het volume achter de claim is verloren gegaan',
  }),
  claimWaits: (): Text => ({
    en: 'The claim waits for a volume',
    nl: 'De claim wacht op een volume',
  }),
  waitsForAddress: (): Text => ({
    en: 'It waits for an address from the load balancer',
    nl: 'Het wacht op een adres van de load balancer',
  }),
  noAddress: (): Text => ({ en: 'No address shown yet', nl: 'Nog geen adres bekend' }),
  notEstablished: (): Text => ({ en: 'Not established yet', nl: 'Nog niet in gebruik genomen' }),
  gatewayNotProgrammed: (): Text => ({
    en: 'The gateway is not programmed yet',
    nl: 'De gateway is nog niet ingesteld',
  }),
  gatewaysSilent: (): Text => ({
    en: 'Not every gateway has answered yet',
    nl: 'Nog niet elke gateway heeft geantwoord',
  }),
  routeNotAccepted: (): Text => ({
    en: 'A gateway has not accepted the route',
    nl: 'Een gateway heeft de route niet geaccepteerd',
  }),
  routeUnresolved: (): Text => ({
    en: 'The route points to something missing',
    nl: 'De route verwijst naar iets dat ontbreekt',
  }),

  keptBy: (manager: string): Text => ({
    en: `It is kept by ${manager}`,
    nl: `Het wordt beheerd door ${manager}`,
  }),
  fieldsHeld: (held: readonly { readonly manager: string; readonly field: string }[]): Text => ({
    en: held.map(({ manager, field }) => `${manager} holds ${field}`).join(', '),
    nl: held.map(({ manager, field }) => `${manager} beheert ${field}`).join(', '),
  }),
  heldBack: (finalizers: string): Text => ({
    en: `It waits for ${finalizers}`,
    nl: `Het wacht op ${finalizers}`,
  }),
  carries: (label: string): Text => ({
    en: `It already carries ${label}`,
    nl: `Het draagt al ${label}`,
  }),
  ofAnotherSet: (label: string): Text => ({
    en: `Its ${label} is that of another set`,
    nl: `De waarde van ${label} is die van een andere verzameling`,
  }),
  noSuchPhase: (named: string): Text => ({
    en: `There is no phase "${named}": it is pre, main, test or post`,
    nl: `Er is geen fase "${named}": het is pre, main, test of post`,
  }),
  revision: (number: number): Text => ({ en: `Revision ${number}`, nl: `Revisie ${number}` }),
} as const

const podPhases: Readonly<Record<string, string>> = {
  Pending: 'wacht',
  Running: 'draait',
  Failed: 'is mislukt',
}

/** One sentence after another; the second may be absent. */
export function followedBy(first: Text, second: Text | undefined): Text {
  if (second === undefined) return first
  return { en: `${first.en}. ${second.en}`, nl: `${first.nl}. ${second.nl}` }
}

/** Marks what is said of nodes that run nothing. */
export function asSimulated(text: Text): Text {
  return { en: `${text.en} (simulated)`, nl: `${text.nl} (gesimuleerd)` }
}
