import type { UnusableApp } from '#api/apps.ts'
import type { CompositionMember } from '#api/compositions.ts'
import type { Text } from '#api/names.ts'
import type { Violation } from '#api/problem.ts'
import type { CatalogueEntry } from '#platform/context.ts'
import { isUnknown } from '#platform/is-unknown.ts'
import { isMember, type Key, type Living } from './members.ts'

/** What a member cannot be, whatever its configuration; `shelf` says what there is of its app. */
export function memberFaults(
  { key, living }: { readonly key: Key; readonly living: readonly Living[] },
  member: CompositionMember,
  place: number,
  shelf: CatalogueEntry | UnusableApp | undefined,
): Violation[] {
  const found: Violation[] = []
  const at = (field: string, detail: Text) =>
    found.push({ pointer: `/members/${place}/${field}`, detail })
  if (!shelf) at('app', isUnknown)
  else if ('reason' in shelf) at('app', refused(shelf))
  const existing = living.find(one => one.name === member.name)
  if (!existing) return found
  const { identity, operation } = existing.state
  if (!isMember(existing.state, key))
    at('name', {
      en: 'is taken by a deployment outside this composition',
      nl: 'is bezet door een uitrol buiten deze compositie',
    })
  else if (operation?.kind === 'delete')
    at('name', {
      en: 'is being deleted; wait until it is gone',
      nl: 'wordt verwijderd; wacht tot hij weg is',
    })
  else if (identity && identity.app !== member.app)
    at('app', {
      en: `it is a deployment of ${identity.app}; choose another name`,
      nl: `het is een uitrol van ${identity.app}; kies een andere naam`,
    })
  return found
}

/** Two members under one host name would take each other's visitors. */
export function sharedHosts(members: readonly CompositionMember[]): Violation[] {
  return members.flatMap(({ ingress }, place) => {
    const first = members.findIndex(one => ingress && one.ingress?.host === ingress.host)
    if (!ingress || first === place) return []
    return [
      {
        pointer: `/members/${place}/ingress/host`,
        detail: { en: 'is the address of another member', nl: 'is het adres van een ander lid' },
      },
    ]
  })
}

function refused({ reason, next }: UnusableApp): Text {
  return { en: `${reason.en} ${next.en}`, nl: `${reason.nl} ${next.nl}` }
}
