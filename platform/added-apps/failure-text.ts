import type { Text } from '#api/names.ts'
import type { Violation } from '#api/problem.ts'
import type { ModuleFailure } from '#platform/adapters/modules/module-sandbox.ts'

const said: Readonly<Record<Exclude<ModuleFailure['reason'], 'threw'>, Text>> = {
  'too-long': {
    en: 'the module did not answer in time and was stopped; let it compute less, and end every loop',
    nl: 'de module antwoordde niet op tijd en is gestopt; laat hem minder rekenen, en elke lus eindigen',
  },
  'too-much-memory': {
    en: 'the module took more memory, or called itself deeper, than it may and was stopped; let it make less',
    nl: 'de module gebruikte meer geheugen, of riep zichzelf dieper aan, dan mag en is gestopt; laat hem minder maken',
  },
  'too-large': {
    en: 'the module, or what it answers, is larger than it may be; leave out what the app does not need',
    nl: 'de module, of wat hij antwoordt, is groter dan mag; laat weg wat de app niet nodig heeft',
  },
  'no-data': {
    en: 'the module answered nothing that can be written as JSON; return plain data',
    nl: 'de module antwoordde niets dat als JSON te schrijven is; geef gewone gegevens terug',
  },
}

/** Why a module has no answer, in both languages; what the module itself says is quoted. */
export function failureViolations(failure: ModuleFailure, root: string): Violation[] {
  if (failure.reason !== 'threw') return [{ pointer: root, detail: said[failure.reason] }]
  if (failure.findings.length > 0)
    return failure.findings.map(({ pointer, detail }) => ({
      pointer: `${root}${pointer}`,
      detail: quoted(detail),
    }))
  const { message } = failure
  const isOutside = /^(?:ReferenceError: )?'?(\w+)'? is not defined$/.exec(message)?.[1]
  if (isOutside === undefined) return [{ pointer: root, detail: quoted(message) }]
  return [
    {
      pointer: root,
      detail: {
        en: `the module asks for ${isOutside}, which is not there: a module has no files, network, clock, timers or environment; let it compute from its settings alone`,
        nl: `de module vraagt om ${isOutside}, en dat is er niet: een module heeft geen bestanden, netwerk, klok, timers of omgeving; laat hem alleen uit zijn instellingen rekenen`,
      },
    },
  ]
}

function quoted(words: string): Text {
  return { en: `the module says: ${words}`, nl: `de module zegt: ${words}` }
}
