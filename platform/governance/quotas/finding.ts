import type { Finding } from '#api/findings.ts'
import type { Text } from '#api/names.ts'
import type { QuotaScope, QuotaUse } from '#api/quotas.ts'

const scopes: Readonly<Record<QuotaScope, (name: string) => Text>> = {
  namespace: name => ({ en: `Namespace ${name}`, nl: `Namespace ${name}` }),
  team: name => ({ en: `Team ${name}`, nl: `Team ${name}` }),
  environment: name => ({ en: `Environment ${name}`, nl: `Omgeving ${name}` }),
}

const resources: Readonly<Record<string, Text>> = {
  cpu: { en: 'processor', nl: 'processor' },
  memory: { en: 'memory', nl: 'geheugen' },
  storage: { en: 'storage', nl: 'opslag' },
  deployments: { en: 'deployments', nl: 'uitrollen' },
}

/** That a limit would be broken, as a finding about a configuration. */
export function quotaFinding({
  scope,
  name,
  resource,
  limit,
  used,
  after = used,
}: QuotaUse): Finding {
  const what = resources[resource] ?? { en: resource, nl: resource }
  const whose = scopes[scope](name)
  const amount = (language: keyof Text, value: number) => amountOf(resource, value, language)
  return {
    policy: `quota-${scope}`,
    severity: 'deny',
    title: {
      en: 'What is asked for is within the quota',
      nl: 'Wat wordt gevraagd past in het quotum',
    },
    message: {
      en: `${whose.en} may take ${amount('en', limit)} of ${what.en} on all clusters together and takes ${amount('en', used)}; with this it would be ${amount('en', after)}.`,
      nl: `${whose.nl} mag op alle clusters samen ${amount('nl', limit)} aan ${what.nl} gebruiken en gebruikt ${amount('nl', used)}; hiermee wordt dat ${amount('nl', after)}.`,
    },
    why: {
      en: 'A quota keeps room for others: what one takes, another cannot have. It counts what is asked for, not what is used.',
      nl: 'Een quotum houdt ruimte vrij voor anderen: wat de een neemt, kan een ander niet krijgen. Het telt wat wordt gevraagd, niet wat wordt gebruikt.',
    },
    path: pathOf(resource),
    fix: null,
    approver: 'platform-engineer',
  }
}

function pathOf(resource: string): string {
  if (resource === 'cpu' || resource === 'memory') return `/resources/requests/${resource}`
  return resource === 'deployments' ? '/namespace' : '/settings'
}

/** An amount as people read it: cores, GiB, or a count. */
function amountOf(resource: string, value: number, language: keyof Text): string {
  const number = (amount: number) =>
    new Intl.NumberFormat(language, { maximumFractionDigits: 2 }).format(amount)
  if (resource === 'cpu')
    return language === 'en' ? `${number(value / 1000)} cores` : `${number(value / 1000)} kernen`
  if (resource === 'memory' || resource === 'storage') return `${number(value / 2 ** 30)} GiB`
  return number(value)
}
