/**
 * Passwords are kept as Argon2id (RFC 9106) in the usual text form, `$argon2id$v=19$m=…,t=…,p=…$salt$hash`; the function is that of
 * OpenSSL, by way of Node. The cost is the one OWASP names for 19 MiB. One that was made with other parameters still verifies.
 */
import { argon2, randomBytes, timingSafeEqual } from 'node:crypto'
import { availableParallelism } from 'node:os'
import { promisify } from 'node:util'
import pLimit from 'p-limit'
import { PlatformError } from '../../errors.ts'

type Cost = { readonly memory: number; readonly passes: number; readonly parallelism: number }

const cost: Cost = { memory: 19_456, passes: 2, parallelism: 1 }
const TAG_BYTES = 32
/** A flood of tries takes no more than half of the processors, and the rest of it is told to come back. */
const oneOfFew = pLimit(Math.max(1, Math.floor(availableParallelism() / 2)))
const MOST_WAITING = 40

const derive = promisify(argon2)

/** The text to keep of a password. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16)
  const hash = await compute(password, salt, cost, TAG_BYTES)
  const { memory, passes, parallelism } = cost
  return `$argon2id$v=19$m=${memory},t=${passes},p=${parallelism}$${unpadded(salt)}$${unpadded(hash)}`
}

/** Whether it is the password of which this was kept. Without a hash it takes as long, and says no. */
export async function verifyPassword(
  password: string,
  kept: string | null | undefined,
): Promise<boolean> {
  const parsed = kept ? parse(kept) : undefined
  if (!parsed) {
    await compute(password, Buffer.alloc(16), cost, TAG_BYTES)
    return false
  }
  const hash = await compute(password, parsed.salt, parsed.cost, parsed.hash.length)
  return timingSafeEqual(hash, parsed.hash)
}

async function compute(
  password: string,
  nonce: Buffer,
  { memory, passes, parallelism }: Cost,
  tagLength: number,
): Promise<Buffer> {
  if (oneOfFew.pendingCount >= MOST_WAITING)
    throw new PlatformError(
      'too-many-requests',
      {
        en: 'Too many people sign in at this moment.',
        nl: 'Er melden zich op dit moment te veel mensen aan.',
      },
      { retryAfter: 5 },
    )
  // NFKC: the same key on two keyboards is the same password (NIST SP 800-63B).
  const message = password.normalize('NFKC')
  return await oneOfFew(() =>
    derive('argon2id', { message, nonce, memory, passes, parallelism, tagLength }),
  )
}

function parse(kept: string) {
  const found =
    /^\$argon2id\$v=19\$m=(\d{1,8}),t=(\d{1,3}),p=(\d{1,3})\$([\w+/]{11,64})\$([\w+/]{22,86})$/.exec(
      kept,
    )
  if (!found) return undefined
  const [, memory, passes, parallelism, salt = '', hash = ''] = found
  return {
    cost: { memory: Number(memory), passes: Number(passes), parallelism: Number(parallelism) },
    salt: Buffer.from(salt, 'base64'),
    hash: Buffer.from(hash, 'base64'),
  }
}

function unpadded(bytes: Buffer): string {
  return bytes.toString('base64').replace(/=+$/, '')
}
