import type { Client } from '#api/client.ts'
import type { Cli } from './command.ts'
import type { Candidate, Kind } from './completion.ts'
import { type Terminal, tell } from './terminal.ts'

/** Milliseconds that Kade has to answer while somebody waits for a word. */
const patience = 2_000
const most = 200

type Ask = (
  client: Client,
  word: string,
  more: { signal: AbortSignal; terminal: Terminal },
) => Promise<Candidate[]>

const asks: Readonly<Record<Exclude<Kind, 'file'>, Ask>> = {
  async app(client, _word, { signal, terminal }) {
    const { items } = await client.listApps({ query: { limit: most }, signal })
    return items.map(one => ({ value: one.id, about: tell(terminal, one.description) }))
  },
  async deployment(client, word, { signal }) {
    const query = { limit: most, ...(word === '' ? {} : { q: word }) }
    const { items } = await client.listDeployments({ query, signal })
    return items.map(one => ({
      value: `${one.namespace}/${one.name}`,
      about: `${one.app}, ${one.health.state}`,
    }))
  },
  async namespace(client, _word, { signal }) {
    const { items } = await client.listNamespaces({ query: { limit: most }, signal })
    return items.map(one => ({ value: one.name, about: `${one.team}, ${one.environment}` }))
  },
  async cluster(client, _word, { signal }) {
    const { items } = await client.listClusters({ signal })
    return items.map(one => ({ value: one.name, about: one.region }))
  },
}

/** The names Kade knows. Nothing when it is away, slow or refuses: a word that is being typed is no place for complaints. */
export async function askForNames(cli: Cli, kind: Kind, word: string): Promise<Candidate[]> {
  if (kind === 'file') return []
  try {
    const signal = AbortSignal.timeout(patience)
    const { client } = await cli.connect()
    return await asks[kind](client, word, { signal, terminal: cli.terminal })
  } catch {
    return []
  }
}
