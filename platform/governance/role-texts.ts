import type { Text } from '#api/names.ts'
import type { Role } from '#api/roles.ts'

/** What people call a role. */
export const roleTexts: Readonly<Record<Role, Text>> = {
  viewer: { en: 'viewer', nl: 'meekijker' },
  developer: { en: 'developer', nl: 'ontwikkelaar' },
  'team-maintainer': { en: 'team maintainer', nl: 'teambeheerder' },
  'community-member': { en: 'community member', nl: 'lid van de gemeenschap' },
  'platform-engineer': { en: 'platform engineer', nl: 'platformengineer' },
  'security-officer': { en: 'security officer', nl: 'beveiligingsfunctionaris' },
  'privacy-officer': {
    en: 'privacy and compliance officer',
    nl: 'functionaris voor privacy en naleving',
  },
  'product-manager': { en: 'product manager', nl: 'productmanager' },
  auditor: { en: 'auditor', nl: 'auditor' },
  'platform-admin': { en: 'platform admin', nl: 'platformbeheerder' },
}

/** Roles as a sentence names them: "a, b or c". */
export function namesOfRoles(roles: readonly Role[]): Text {
  return {
    en: joined(
      roles.map(role => roleTexts[role].en),
      'en',
    ),
    nl: joined(
      roles.map(role => roleTexts[role].nl),
      'nl',
    ),
  }
}

function joined(names: readonly string[], language: keyof Text): string {
  return new Intl.ListFormat(language === 'en' ? 'en-GB' : language, {
    type: 'disjunction',
  }).format(names)
}
