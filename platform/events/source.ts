import type { Sql } from '../adapters/database/database.ts'

/** The source of this installation's events, where nobody has named one: stable for as long as its database. */
export async function installationSource(sql: Sql): Promise<string> {
  const [row] = await sql.query<{ id: string }>('SELECT id FROM kade.installation')
  if (!row) throw new Error('The row of kade.installation is gone: its migration made it.')
  return `urn:uuid:${row.id}`
}
