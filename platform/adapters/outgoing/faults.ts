import type { Text } from '#api/names.ts'
import { OutgoingError, type OutgoingFault } from './outgoing.ts'

/** One text for both: a team must not learn which names an internal network has. The fault itself tells them apart. */
const notCalled = (host: string): Text => ({
  en: `${host} has no address, or leads into a network that Kade does not call. Use a public address, or have whoever runs Kade add it to KADE_OUTGOING_ALLOW.`,
  nl: `${host} heeft geen adres, of leidt naar een netwerk dat Kade niet aanroept. Gebruik een openbaar adres, of laat de beheerder van Kade het toevoegen aan KADE_OUTGOING_ALLOW.`,
})

const texts: Readonly<Record<OutgoingFault, (host: string) => Text>> = {
  'url-invalid': () => ({
    en: 'This is no address that Kade can call: it has to begin with https://, and holds no user name or password.',
    nl: 'Dit is geen adres dat Kade kan aanroepen: het begint met https:// en bevat geen gebruikersnaam of wachtwoord.',
  }),
  'not-encrypted': host => ({
    en: `${host} is on the internet, where Kade calls https addresses only.`,
    nl: `${host} staat op internet, en daar roept Kade alleen https-adressen aan.`,
  }),
  'address-refused': notCalled,
  unresolvable: notCalled,
  unreachable: host => ({
    en: `${host} could not be reached, or broke the connection off.`,
    nl: `${host} was niet te bereiken, of verbrak de verbinding.`,
  }),
  timeout: host => ({
    en: `${host} did not answer in time.`,
    nl: `${host} antwoordde niet op tijd.`,
  }),
  'answer-too-large': host => ({
    en: `${host} answered with more than Kade reads.`,
    nl: `${host} antwoordde met meer dan Kade leest.`,
  }),
  'too-many-redirects': host => ({
    en: `${host} sent Kade on to another address too often.`,
    nl: `${host} stuurde Kade te vaak door naar een ander adres.`,
  }),
  'circuit-open': host => ({
    en: `${host} failed several times in a row; Kade waits half a minute before it calls again.`,
    nl: `${host} faalde een paar keer achter elkaar; Kade wacht een halve minuut voor het opnieuw belt.`,
  }),
}

/** The failure in words, about a host. */
export function faultOf(fault: OutgoingFault, host: string, cause?: unknown): OutgoingError {
  return new OutgoingError(fault, texts[fault](host), cause)
}
