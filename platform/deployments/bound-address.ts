/**
 * A need that is answered by an address outside Kade. Most are called over HTTP, with a key beside the address. A database is reached
 * by a connection string instead: the address names its server, user and database, the secret is the password, and the whole string
 * is written here and kept as the key, so that no password ever stands in what a revision shows.
 */
import { databaseProtocols } from '#api/databases.ts'
import type { Binding } from '#api/deployments.ts'
import type { Text } from '#api/names.ts'
import type { Bound } from '#kit/app.ts'
import { looksSecret } from '#kit/secret-words.ts'
import type { Peer } from './network-policy.ts'
import { isPublic } from './public-address.ts'

type Address = Exclude<Binding, string>
type Resolution =
  | { bound: Bound; peers: readonly Peer[]; key?: string; kept: unknown }
  | { violation: Text }

const web: Readonly<Record<string, number>> = { 'https:': 443, 'http:': 80 }

/** What is in force for the need: its address as a revision keeps it, and its credential. */
export type BeforeBound = { readonly binding: unknown; readonly key: string | undefined }

/**
 * What an app gets for a need that an address answers, or why it may not. A credential from before stays only with the server it
 * was given for: anywhere else it would be handed to somebody it was not meant for.
 */
export function resolveAddress(
  binding: Address,
  capability: string,
  keyName: string,
  before: BeforeBound,
): Resolution {
  const url = new URL(binding.url)
  const database = databaseProtocols[capability]
  const violation = wrongWith(url, capability, database ?? web)
  if (violation) return { violation }
  const key = database
    ? connectionOf(url, binding, before)
    : (binding.secret ?? keptKey(url, before))
  const port = Number(url.port || (database ?? web)[url.protocol])
  return {
    bound: {
      url: database ? withoutPassword(url) : binding.url.replace(/\/$/, ''),
      ...(key === undefined ? {} : { key: { secretKey: keyName } }),
    },
    peers: [{ type: 'address', port }],
    ...(key === undefined ? {} : { key }),
    kept: { url: binding.url },
  }
}

function wrongWith(
  url: URL,
  capability: string,
  protocols: Readonly<Record<string, number>>,
): Text | undefined {
  if (!(url.protocol in protocols)) {
    const begins = Object.keys(protocols).map(each => `${each}//`)
    return {
      en: `an address of ${capability} begins with ${begins.join(' or ')}`,
      nl: `een adres van ${capability} begint met ${begins.join(' of ')}`,
    }
  }
  if (url.password || (url.username && protocols === web))
    return {
      en: 'an address holds no password, and no user unless it is one of a database; give the credential as "secret"',
      nl: 'een adres bevat geen wachtwoord, en alleen bij een database een gebruiker; geef het geheim op als "secret"',
    }
  if (!isPublic(url))
    return {
      en: 'an app may call the internet (IPv4) and the deployments it is bound to, nothing else; bind it to a deployment',
      nl: 'een app mag het internet (IPv4) en de uitrollen waaraan hij is gekoppeld aanroepen, verder niets; koppel hem aan een uitrol',
    }
  for (const [name, value] of url.searchParams) {
    if (looksSecret(name, value))
      return {
        en: 'an address is shown to everyone; give the credential as "secret"',
        nl: 'een adres is voor iedereen zichtbaar; geef het geheim op als "secret"',
      }
    if (protocols !== web && overruling.test(name))
      return {
        en: `an address says its server, user and database before the question mark; leave out ${name}`,
        nl: `een adres noemt server, gebruiker en database vóór het vraagteken; laat ${name} weg`,
      }
  }
  return undefined
}

/** Parameters with which a client of a database would go to another place, or as another user, than the address says. */
const overruling = /^(host|hostaddr|port|user|dbname|service|servicefile|passfile|authority)$/i

function keptKey(url: URL, { binding, key }: BeforeBound): string | undefined {
  return addressBefore(binding)?.origin === url.origin ? key : undefined
}

function addressBefore(binding: unknown): URL | undefined {
  if (typeof binding !== 'object' || binding === null || !('url' in binding)) return undefined
  return typeof binding.url === 'string' && URL.canParse(binding.url)
    ? new URL(binding.url)
    : undefined
}

/** Clients agree on `postgresql:`; some do not know the shorter word. */
const protocolOf = (url: URL) => (url.protocol === 'postgres:' ? 'postgresql:' : url.protocol)

const placeOf = (url: URL) => `${url.host}${url.pathname === '/' ? '' : url.pathname}${url.search}`

function withoutPassword(url: URL): string {
  return `${protocolOf(url)}//${url.username && `${url.username}@`}${placeOf(url)}`
}

/** The whole connection string, with the password that was given or the one from before for the same user of the same server. */
function connectionOf(url: URL, { secret }: Address, before: BeforeBound): string | undefined {
  const password = secret === undefined ? passwordBefore(url, before) : encodeURIComponent(secret)
  return password === undefined
    ? undefined
    : `${protocolOf(url)}//${url.username}:${password}@${placeOf(url)}`
}

/** As it stands in the string from before, which is already escaped. `origin` says nothing here: it is "null" for each database. */
function passwordBefore(url: URL, { binding, key }: BeforeBound): string | undefined {
  const known = addressBefore(binding)
  const isSame =
    known !== undefined &&
    protocolOf(known) === protocolOf(url) &&
    known.host === url.host &&
    known.username === url.username
  return isSame && key !== undefined && URL.canParse(key) ? new URL(key).password : undefined
}
