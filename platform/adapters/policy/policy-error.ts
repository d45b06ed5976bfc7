import type { Finding } from '#api/findings.ts'
import type { Text } from '#api/names.ts'

const messages: Record<'too-large' | 'starting' | 'failed', Text> = {
  'too-large': {
    en: 'The configuration is too large to be judged. {reason} Make it smaller.',
    nl: 'De configuratie is te groot om te beoordelen. Maak deze kleiner. ({reason})',
  },
  starting: {
    en: 'The policies are still being loaded. Try again in a moment.',
    nl: 'De beleidsregels worden nog geladen. Probeer het zo opnieuw.',
  },
  failed: {
    en: 'The policies could not be evaluated, so the deployment is refused. {reason} Try again; tell the platform team if it stays.',
    nl: 'De beleidsregels konden niet worden getoetst, dus de uitrol is geweigerd. Probeer het opnieuw; meld het aan het platformteam als dit blijft. ({reason})',
  },
}

/** The denial that stands in for an answer of the policies when there is none. */
export function policyError(kind: keyof typeof messages, reason: string): Finding {
  const { en, nl } = messages[kind]
  const said = reason.slice(0, 200)
  return {
    policy: 'policy-error',
    severity: 'deny',
    title: {
      en: 'The configuration could not be judged',
      nl: 'De configuratie is niet beoordeeld',
    },
    message: { en: en.replace('{reason}', said), nl: nl.replace('{reason}', said) },
    why: {
      en: 'What was not judged does not pass: otherwise an error would be a way around the rules.',
      nl: 'Wat niet is beoordeeld, gaat niet door: anders was een fout een weg om de regels heen.',
    },
    path: '',
    fix: null,
    approver: 'admin',
  }
}
