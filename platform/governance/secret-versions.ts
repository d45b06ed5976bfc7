/**
 * Secret values at rest. Each version is one compact JWE (direct key, AES-256-GCM). Its protected header, which the cipher
 * authenticates, names deployment and version, so that a row copied to another place does not open there; `kid` names the
 * key, so that a wrong one is told apart from a damaged row. Deleting the rows is erasure.
 */
import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { CompactEncrypt, compactDecrypt, decodeProtectedHeader } from 'jose'
import type { Sql } from '../adapters/database/database.ts'

export type SecretVault = {
  /** A version is written once. */
  put(
    tx: Sql,
    deployment: string,
    version: number,
    values: Readonly<Record<string, string>>,
  ): Promise<void>
  /** Rejects when the version is not there (never written, or erased), or was encrypted with another key. */
  read(sql: Sql, deployment: string, version: number): Promise<Record<string, string>>
  /** Every version of the deployment. */
  erase(tx: Sql, deployment: string): Promise<void>
}

export type SecretVaultOptions = {
  /** `KADE_KEY_FILE`: must exist. */
  keyFile?: string | undefined
  /** `$KADE_HOME`; its `keys/secret.key` is made when it is not there. */
  home: string
}

type Key = { bytes: Uint8Array; id: string; file: string }

const KEY_BYTES = 32

export async function openSecretVault(options: SecretVaultOptions): Promise<SecretVault> {
  const key = await loadKey(options)
  return {
    async put(tx, deployment, version, values) {
      await tx.query(
        'INSERT INTO kade.secret_version (deployment, version, ciphertext) VALUES ($1, $2, $3)',
        [deployment, version, await seal(key, deployment, version, values)],
      )
    },
    async read(sql, deployment, version) {
      const [row] = await sql.query<{ ciphertext: string }>(
        'SELECT ciphertext FROM kade.secret_version WHERE deployment = $1 AND version = $2',
        [deployment, version],
      )
      if (!row) {
        throw new Error(
          `The secrets of deployment ${deployment} in version ${version} are not there: they were erased, or never written.`,
        )
      }
      return open(key, deployment, version, row.ciphertext)
    },
    async erase(tx, deployment) {
      await tx.query('DELETE FROM kade.secret_version WHERE deployment = $1', [deployment])
    },
  }
}

async function seal(
  key: Key,
  deployment: string,
  version: number,
  values: Readonly<Record<string, string>>,
): Promise<string> {
  return new CompactEncrypt(Buffer.from(JSON.stringify(values)))
    .setProtectedHeader({ alg: 'dir', enc: 'A256GCM', kid: key.id, deployment, version })
    .encrypt(key.bytes)
}

async function open(
  key: Key,
  deployment: string,
  version: number,
  ciphertext: string,
): Promise<Record<string, string>> {
  const where = `The secrets of deployment ${deployment} in version ${version}`
  const { kid } = decodeProtectedHeader(ciphertext)
  if (kid !== key.id) {
    throw new Error(
      `${where} were encrypted with the key ${kid}, but ${key.file} holds the key ${key.id}. Put the first key back, or set KADE_KEY_FILE to it.`,
    )
  }
  const { plaintext, protectedHeader } = await compactDecrypt(ciphertext, key.bytes, {
    keyManagementAlgorithms: ['dir'],
    contentEncryptionAlgorithms: ['A256GCM'],
  }).catch(cause => {
    throw new Error(`${where} cannot be decrypted: the row was changed.`, { cause })
  })
  if (protectedHeader.deployment !== deployment || protectedHeader.version !== version) {
    throw new Error(`${where} are those of another deployment or version: the rows were moved.`)
  }
  return JSON.parse(Buffer.from(plaintext).toString('utf8'))
}

async function loadKey({ keyFile, home }: SecretVaultOptions): Promise<Key> {
  const file = keyFile ?? path.join(home, 'keys', 'secret.key')
  if (keyFile === undefined) await makeKey(file)
  const text = await readFile(file, 'utf8').catch(cause => {
    throw new Error(`The key file ${file} cannot be read.`, { cause })
  })
  const bytes = Buffer.from(text.trim(), 'base64')
  if (bytes.length !== KEY_BYTES) {
    throw new Error(
      `The key file ${file} must hold ${KEY_BYTES} random bytes in base64, as "openssl rand -base64 32" writes them.`,
    )
  }
  const id = createHash('sha256').update(bytes).digest('hex').slice(0, 16)
  return { bytes: new Uint8Array(bytes), id, file }
}

/** Makes a key where there is none. A link never overwrites, and shows the file only when it is whole. */
async function makeKey(file: string): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true, mode: 0o700 })
  // Named anew each time: two that open the vault in one process must not take away each other's file.
  const beside = `${file}.${randomUUID()}.new`
  await writeFile(beside, `${randomBytes(KEY_BYTES).toString('base64')}\n`, { mode: 0o600 })
  try {
    await link(beside, file)
  } catch (error) {
    const there = error instanceof Error && 'code' in error && error.code === 'EEXIST'
    if (!there) throw error
  } finally {
    await rm(beside, { force: true })
  }
}
