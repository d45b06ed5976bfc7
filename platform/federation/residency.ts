import { type DataClass, dataClasses } from '#api/data-classes.ts'

/**
 * Whether data of this class may stand under this law. It fails closed: a jurisdiction that nobody said, or that is no country
 * code, satisfies only a class that may stand anywhere. Without a class nothing was demanded.
 */
export function mayStandUnder(
  dataClass: DataClass | undefined,
  jurisdiction: string,
): 'yes' | 'no' | 'unknown' {
  if (dataClass === undefined) return 'yes'
  const { jurisdictions } = dataClasses[dataClass]
  if (jurisdictions === 'any') return 'yes'
  if (!/^[A-Z]{2}$/.test(jurisdiction)) return 'unknown'
  return jurisdictions.includes(jurisdiction) ? 'yes' : 'no'
}
