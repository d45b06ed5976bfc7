import type { Text } from '#api/names.ts'
import type { Held, HeldCode } from './failover.ts'

type Reason = (from: readonly string[]) => Text

const of = (say: (names: string) => readonly [en: string, nl: string]): Reason => {
  return from => {
    const [en, nl] = say(from.join(', '))
    return { en, nl }
  }
}

/** Why a deployment is not moved away from where it cannot be reached, for people. */
export const failoverReasons: Readonly<Record<HeldCode, Reason>> = {
  suspect: of(names => [
    `${names} is silent, and so are most clusters: Kade may be cut off itself, so nothing is moved.`,
    `${names} zwijgt, net als de meeste clusters: misschien is Kade zelf afgesneden, dus er verhuist niets.`,
  ]),
  never: of(names => [
    `${names} is down. It stays there, because it is never moved by itself.`,
    `${names} is uit. De uitrol blijft daar, omdat hij nooit vanzelf verhuist.`,
  ]),
  coming: of(names => [
    `A worker is starting or joining ${names} at this moment: that is waited for.`,
    `Een worker is ${names} op dit moment aan het starten of aansluiten: daarop wordt gewacht.`,
  ]),
  waits: of(names => [
    `${names} is down, and not for long enough yet.`,
    `${names} is uit, en nog niet lang genoeg.`,
  ]),
  operating: of(names => [
    `${names} is down. It is moved when the operation that is open has ended.`,
    `${names} is uit. De uitrol verhuist zodra de lopende bewerking voorbij is.`,
  ]),
  failed: of(names => [
    `${names} is down. A move failed a short while ago; it is tried again ten minutes after that.`,
    `${names} is uit. Een verhuizing mislukte kort geleden; tien minuten later volgt een nieuwe poging.`,
  ]),
  'no-target': of(names => [
    `${names} is down, and no other cluster will do, so it stays there.`,
    `${names} is uit en geen ander cluster voldoet, dus de uitrol blijft daar.`,
  ]),
  refused: of(names => [
    `${names} is down. A move was asked for and refused.`,
    `${names} is uit. Een verhuizing is gevraagd en geweigerd.`,
  ]),
  volumes: of(names => [
    `It has volumes of its own, which stay on ${names}. Move it by hand and agree to that, or delete it.`,
    `Hij heeft eigen volumes, die op ${names} blijven. Verhuis hem met de hand en stem daarmee in, of verwijder hem.`,
  ]),
  nowhere: of(names => [
    `No other cluster will do than ${names}.`,
    `Geen ander cluster voldoet dan ${names}.`,
  ]),
  turn: of(names => [
    `${names} is down. It is moved in its turn: one deployment every two seconds.`,
    `${names} is uit. De uitrol komt aan de beurt: elke twee seconden verhuist er één.`,
  ]),
}

/** A deployment that stays because what it consists of cannot be read. */
export function unread(deployment: string, from: readonly string[]): Held {
  return {
    ...{ deployment, from, code: 'refused' },
    reason: {
      en: 'What it consists of cannot be read, so where it could go is not known. Whoever runs Kade finds why in its log.',
      nl: 'Waaruit hij bestaat is niet te lezen, dus waar hij heen kan is onbekend. De beheerder van Kade vindt de oorzaak in het log.',
    },
  }
}

/** A deployment whose move went wrong before there was an operation of it. */
export function notBegun(deployment: string, from: readonly string[]): Held {
  return {
    ...{ deployment, from, code: 'refused' },
    reason: {
      en: 'Asking for a move went wrong; it is tried again ten minutes later. Whoever runs Kade finds why in its log.',
      nl: 'Het vragen om een verhuizing ging mis; tien minuten later volgt een nieuwe poging. De beheerder van Kade vindt de oorzaak in het log.',
    },
  }
}
