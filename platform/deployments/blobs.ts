import { promisify } from 'node:util'
import { gunzip, gzip } from 'node:zlib'
import type { Sql } from '../adapters/database/database.ts'
import { canonicalJson, digestOfText } from './digest.ts'

const compress = promisify(gzip)
const decompress = promisify(gunzip)

/**
 * Stores JSON values under their digests, once, and answers these in the same order. Values that differ only in the order of their
 * keys share a digest. Never for a value that must be erasable: blobs are shared and stay.
 */
export async function putBlobs(tx: Sql, values: readonly unknown[]): Promise<readonly string[]> {
  const texts = values.map(canonicalJson)
  const digests = texts.map(digestOfText)
  const bytes = await Promise.all(texts.map(text => compress(text)))
  await tx.query(
    `INSERT INTO kade.blob (digest, bytes) SELECT * FROM unnest($1::text[], $2::bytea[])
     ON CONFLICT (digest) DO NOTHING`,
    [digests, bytes],
  )
  return digests
}

/** The value behind a digest. Rejects when it is not there, or when its bytes are not what the digest says. */
export async function readBlob(sql: Sql, digest: string): Promise<unknown> {
  const [row] = await sql.query<{ bytes: Buffer }>(
    'SELECT bytes FROM kade.blob WHERE digest = $1',
    [digest],
  )
  if (!row) throw new Error(`The stored value ${digest} is not there.`)
  const json = (await decompress(row.bytes)).toString('utf8')
  if (digestOfText(json) !== digest) {
    throw new Error(`The stored value ${digest} was changed: its bytes have another digest.`)
  }
  return JSON.parse(json)
}
