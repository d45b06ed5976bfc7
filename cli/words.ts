import { languageOf, type Terminal } from './terminal.ts'

/** Heads of columns. `-o json` has the names of the contract in every language. */
const labels = {
  WHO: 'WIE',
  SEQ: 'NR',
  RESULT: 'RESULTAAT',
  OBJECT: 'OBJECT',
  FROM: 'VANAF',
  AT: 'TIJDSTIP',
  ACTION: 'HANDELING',
  AFTER: 'NA',
  AGE: 'LEEFTIJD',
  'AI RISK': 'AI-RISICO',
  ANSWER: 'ANTWOORD',
  APP: 'APP',
  BOUNDS: 'GRENZEN',
  'CAN BE SHOWN': 'TE TONEN',
  CAPABILITY: 'VERMOGEN',
  CHANGE: 'WIJZIGING',
  CLUSTER: 'CLUSTER',
  CLUSTERS: 'CLUSTERS',
  COMES: 'KOMT',
  CONTAINER: 'CONTAINER',
  CPU: 'CPU',
  CRITERION: 'CRITERIUM',
  DEFAULT: 'STANDAARD',
  DEPLOYMENT: 'UITROL',
  DEPLOYMENTS: 'UITROLLEN',
  DESCRIPTION: 'OMSCHRIJVING',
  DEVICES: 'APPARATEN',
  ENVIRONMENT: 'OMGEVING',
  EVENT: 'GEBEURTENIS',
  EVENTS: 'GEBEURTENISSEN',
  EXPIRES: 'VERLOOPT',
  HEALTH: 'GEZONDHEID',
  'HOW SURE': 'HOE ZEKER',
  ID: 'ID',
  'IN USE': 'IN GEBRUIK',
  JURISDICTION: 'RECHTSGEBIED',
  KIND: 'SOORT',
  'LAST OPERATION': 'LAATSTE BEWERKING',
  'LAST FAILURE': 'LAATSTE FOUT',
  LICENCE: 'LICENTIE',
  MEMBER: 'LID',
  MEMORY: 'GEHEUGEN',
  MESSAGE: 'BERICHT',
  NAME: 'NAAM',
  NAMESPACE: 'NAMESPACE',
  NAMESPACES: 'NAMESPACES',
  NEED: 'BEHOEFTE',
  OF: 'VAN',
  POD: 'POD',
  PODS: 'PODS',
  READ: 'GELEZEN',
  REGION: 'REGIO',
  SECRET: 'GEHEIM',
  SETTING: 'INSTELLING',
  STATE: 'TOESTAND',
  TEAM: 'TEAM',
  TO: 'NAAR',
  TRIES: 'POGINGEN',
  TYPE: 'TYPE',
  USED: 'GEBRUIKT',
  'USER NAME': 'GEBRUIKERSNAAM',
  USES: 'GEBRUIKT',
  'VALID UNTIL': 'GELDIG TOT',
  VERSION: 'VERSIE',
  VIA: 'VIA',
  WHAT: 'WAT',
  WHERE: 'WAAR',
  'WHAT IT IS': 'WAT HET IS',
  WHY: 'WAAROM',
  '': '',
} as const
export type Label = keyof typeof labels

type Reader = Pick<Terminal, 'env'>

/** Words of the contract that stand in what people read: states, kinds and steps. */
const words: Readonly<Record<string, string>> = {
  healthy: 'gezond',
  progressing: 'bezig',
  degraded: 'verstoord',
  suspended: 'gepauzeerd',
  missing: 'afwezig',
  unknown: 'onbekend',
  create: 'uitrollen',
  update: 'wijzigen',
  rollback: 'terugdraaien',
  restart: 'herstarten',
  delete: 'verwijderen',
  move: 'verhuizen',
  unchanged: 'ongewijzigd',
  queued: 'in de wachtrij',
  blocked: 'geblokkeerd',
  running: 'bezig',
  succeeded: 'gelukt',
  failed: 'mislukt',
  cancelled: 'afgebroken',
  'needs-approval': 'wacht op goedkeuring',
  applying: 'wordt toegepast',
  preparing: 'wordt voorbereid',
  waiting: 'wacht tot hij werkt',
  testing: 'wordt getest',
  concluding: 'wordt afgerond',
  finishing: 'wordt opgeruimd',
  emptying: 'vorige clusters worden geleegd',
  held: 'wacht op goedkeuring van de volgende golf',
  deleting: 'wordt verwijderd',
  starting: 'start op',
  joining: 'sluit aan',
  ready: 'klaar',
  'not-ready': 'niet in orde',
  unreachable: 'niet bereikbaar',
  changing: 'wordt gewijzigd',
  active: 'geldig',
  expired: 'verlopen',
  revoked: 'ingetrokken',
  enabled: 'aan',
  disabled: 'uitgezet',
  failing: 'mislukt steeds',
  delivered: 'afgeleverd',
  yes: 'ja',
  no: 'nee',
  partly: 'deels',
  optional: 'niet verplicht',
  needed: 'nodig',
  'not-applicable': 'niet van toepassing',
}

/** The head of a column in the reader's language. */
export function head(terminal: Reader, label: Label): string {
  return languageOf(terminal.env) === 'nl' ? labels[label] : label
}

/** A word of the contract in the reader's language; one that is not known stays as it is. */
export function word(terminal: Reader, said: string): string {
  if (languageOf(terminal.env) === 'en' || !Object.hasOwn(words, said)) return said
  return words[said] ?? said
}

/** Marks what comes from nodes that only play one. */
export function simulatedMark(terminal: Reader, { simulated }: { simulated: boolean }): string {
  if (!simulated) return ''
  return languageOf(terminal.env) === 'nl' ? ' (gesimuleerd)' : ' (simulated)'
}
