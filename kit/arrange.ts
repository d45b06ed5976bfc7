import type { App, NeedSpec, Text } from './app.ts'
import type { Capability } from './capabilities.ts'

/** One member of a composition, as far as its place among the others depends on it. */
export type Arrangeable = {
  readonly name: string
  readonly app: Pick<App, 'id' | 'name' | 'needs' | 'provides'>
  /**
   * By need: the name of another member; `null` leaves an optional need unbound; whatever else is an answer from outside
   * the composition.
   */
  readonly bindings?: Readonly<Record<string, unknown>>
}

/** A need that no member answers and nobody bound to something outside. */
export type OpenNeed = {
  readonly member: string
  readonly need: string
  readonly capability: Capability
  readonly optional: boolean
}

export type Arrangement = {
  /** Places in the list of members, providers before their consumers; otherwise as they were listed. */
  readonly order: readonly number[]
  /** For each member: the name of the member that answers a need. */
  readonly bound: readonly Readonly<Record<string, string>>[]
  readonly open: readonly OpenNeed[]
  /** Pointers begin at the list of members: `/2/bindings/llm`. */
  readonly faults: readonly { readonly pointer: string; readonly detail: Text }[]
}

type Fault = Arrangement['faults'][number]

/**
 * Matches needs with capabilities and puts providers before their consumers. What exactly one other member offers is bound by
 * itself; where several do, somebody has to choose. Says everything that is wrong at once.
 */
export function arrange(members: readonly Arrangeable[]): Arrangement {
  const faults: Fault[] = repeatedNames(members)
  const open: OpenNeed[] = []
  const bound = members.map((member, place) => {
    const answers: Record<string, string> = {}
    for (const name of Object.keys(member.bindings ?? {}))
      if (!member.app.needs.some(need => need.name === name))
        faults.push(fault(place, name, unknownNeed(member)))
    for (const need of member.app.needs) {
      const asked = member.bindings?.[need.name]
      const offering = members.filter(one => one !== member && offers(one, need.capability))
      if (typeof asked === 'string') {
        const wrong = wrongChoice(members, member, asked, need.capability)
        if (wrong) faults.push(fault(place, need.name, wrong))
        else answers[need.name] = asked
      } else if (asked === null) {
        if (!need.optional) faults.push(fault(place, need.name, cannotDoWithout(member, need)))
      } else if (asked === undefined) {
        const [only, ...others] = offering
        if (only && others.length === 0) answers[need.name] = only.name
        else if (only) faults.push(fault(place, need.name, choose(need, offering)))
        else open.push(openNeed(member, need))
      }
    }
    return answers
  })
  const { order, cycles } = inOrder(
    bound.map(answers =>
      Object.values(answers).map(name => members.findIndex(one => one.name === name)),
    ),
  )
  for (const cycle of cycles) faults.push(cycleFault(members, cycle))
  return { order, bound, open, faults }
}

function openNeed(member: Arrangeable, { name, capability, optional }: NeedSpec): OpenNeed {
  return { member: member.name, need: name, capability, optional }
}

function offers({ app }: Arrangeable, capability: Capability): boolean {
  return app.provides.some(one => one.capability === capability)
}

function fault(place: number, need: string, detail: Text): Fault {
  return { pointer: `/${place}/bindings/${need}`, detail }
}

function repeatedNames(members: readonly Arrangeable[]): Fault[] {
  return members.flatMap(({ name }, place) =>
    members.findIndex(one => one.name === name) === place
      ? []
      : [
          {
            pointer: `/${place}/name`,
            detail: {
              en: `another member is called ${name} already`,
              nl: `een ander lid heet al ${name}`,
            },
          },
        ],
  )
}

function unknownNeed({ app }: Arrangeable): Text {
  const known = app.needs.map(one => one.name).join(', ')
  if (known === '') return { en: `${app.name} needs nothing`, nl: `${app.name} heeft niets nodig` }
  return {
    en: `${app.name} has no need of this name; it knows ${known}`,
    nl: `${app.name} heeft geen behoefte met deze naam; wel ${known}`,
  }
}

function wrongChoice(
  members: readonly Arrangeable[],
  member: Arrangeable,
  asked: string,
  capability: Capability,
): Text | null {
  const other = members.find(one => one.name === asked)
  if (!other) return { en: `there is no member ${asked}`, nl: `er is geen lid ${asked}` }
  if (other.name === member.name)
    return {
      en: 'it cannot answer its own need',
      nl: 'hij kan niet zelf in zijn behoefte voorzien',
    }
  if (offers(other, capability)) return null
  return {
    en: `${asked} (${other.app.name}) does not offer ${capability}`,
    nl: `${asked} (${other.app.name}) biedt geen ${capability}`,
  }
}

function cannotDoWithout({ app }: Arrangeable, { capability }: { capability: string }): Text {
  return {
    en: `${app.name} cannot do without ${capability}`,
    nl: `${app.name} kan niet zonder ${capability}`,
  }
}

function choose(
  { capability, optional }: { capability: string; optional: boolean },
  offering: readonly Arrangeable[],
): Text {
  const names = offering.map(one => one.name).join(', ')
  return {
    en: `${names} offer ${capability}: choose one${optional ? ', or null for none' : ''}`,
    nl: `${names} bieden ${capability}: kies er een${optional ? ', of null voor geen' : ''}`,
  }
}

/**
 * The places of a list, each after the places it uses, otherwise as listed; `uses` is by place. What goes round in a circle
 * is told.
 */
export function inOrder(uses: readonly (readonly number[])[]): {
  order: number[]
  cycles: number[][]
} {
  const order: number[] = []
  const cycles: number[][] = []
  const left = new Set(uses.keys())
  while (left.size > 0) {
    const next = [...left].find(place => uses[place]?.every(one => !left.has(one)))
    if (next === undefined) {
      const cycle = findCycle(uses, left)
      cycles.push(cycle)
      for (const place of cycle) left.delete(place)
      order.push(...cycle)
    } else {
      left.delete(next)
      order.push(next)
    }
  }
  return { order, cycles }
}

/** Every place that is left uses another that is left, so going from one to the next comes round. */
function findCycle(uses: readonly (readonly number[])[], left: ReadonlySet<number>): number[] {
  const path: number[] = []
  let place = Math.min(...left)
  while (!path.includes(place)) {
    path.push(place)
    place = uses[place]?.find(one => left.has(one)) ?? place
  }
  return path.slice(path.indexOf(place))
}

function cycleFault(members: readonly Arrangeable[], cycle: readonly number[]): Fault {
  const [first = 0] = cycle
  const names = [...cycle, first].map(place => members[place]?.name).join(' → ')
  return {
    pointer: `/${first}`,
    detail: {
      en: `these need each other in a circle: ${names}`,
      nl: `deze hebben elkaar in een kring nodig: ${names}`,
    },
  }
}
