import type { Cluster, HubHealth } from '#api/clusters.ts'
import { type Terminal, tell } from '../terminal.ts'
import { word } from '../words.ts'

type Signals = Cluster['health']['signals']

const workerSays: Readonly<Record<Signals['worker']['says'], readonly [en: string, nl: string]>> = {
  well: ['its worker reaches it', 'de worker bereikt het'],
  unwell: ['its worker gets errors', 'de worker krijgt fouten'],
  unreachable: ['its worker does not reach it', 'de worker bereikt het niet'],
  silent: ['no worker reports on it', 'geen worker bericht ervan'],
}
const probeSays: Readonly<Record<Signals['probe']['says'], readonly [en: string, nl: string]>> = {
  well: ['it answers others', 'het antwoordt anderen'],
  unwell: ['it answers others with errors', 'het antwoordt anderen met fouten'],
  silent: ['it does not answer others', 'het antwoordt anderen niet'],
  none: ['nobody else can look', 'niemand anders kan kijken'],
}

/** Why a cluster is not well, since when, and what each signal says; nothing of one that is well or only joins. */
export function healthLines(terminal: Terminal, { name, health }: Cluster): string[] {
  const { state, since, reason, signals } = health
  if (state === 'ready' || state === 'joining') return []
  const says = ([en, nl]: readonly [string, string]) => tell(terminal, { en, nl })
  const [worker, probe] = [workerSays[signals.worker.says], probeSays[signals.probe.says]]
  const heard = signals.worker.at ?? '–'
  return [
    '',
    `${name}: ${word(terminal, state)} ${says(['since', 'sinds'])} ${since}. ${tell(terminal, reason)}`,
    `  ${says(worker)} (${says(['last reached', 'laatst bereikt'])} ${heard}); ${says(probe)}`,
  ]
}

/** That Kade suspects itself; nothing where it does not. */
export function suspectLines(terminal: Terminal, { suspect }: HubHealth): string[] {
  if (!suspect) return []
  return ['', `! ${tell(terminal, suspect.reason)} (${suspect.since})`]
}
