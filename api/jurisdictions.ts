/**
 * The codes that ISO 3166-1 alpha-2 has assigned to countries, 249 of them; the last one, SS, came in 2011. Not from `Intl`, which also
 * names what is reserved (UK), was withdrawn (SU) or means that nothing is known (ZZ).
 */
const assigned = `
  AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ
  CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO
  FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE
  JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO
  MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW
  PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM
  TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW
`

/** Where a cluster is under whose law: a country, or the European Union, whose code the standard reserves for it. */
export const jurisdictions: ReadonlySet<string> = new Set([...assigned.trim().split(/\s+/), 'EU'])

/** What is likely meant by a code that is none. */
const instead: Readonly<Record<string, string>> = {
  UK: 'the United Kingdom is GB',
  EL: 'Greece is GR',
  SU: 'the Soviet Union is no more: name the country of today',
  YU: 'Yugoslavia is no more: name the country of today',
  AN: 'the Netherlands Antilles are no more: CW, SX or BQ',
  XK: 'it has no code of its own in the standard: leave it out',
  ZZ: 'leave it out where it is not known',
}

/** Why a word is no jurisdiction, and what to write. */
export function noJurisdiction(code: unknown): string {
  const hint = typeof code === 'string' ? instead[code] : undefined
  const must = 'must be a country in two capitals (ISO 3166-1), such as NL, or EU'
  return hint ? `${must}; ${hint}` : must
}
