/** How the app is started: what it asks in another form than a binding or a secret has, is put in that form first. */

/** Ends as the app itself, which so gets the signal to stop. `$0` is where this script lies. */
export const startScript = [
  'prepared=$(node "$(dirname "$0")/prepare.cjs") || exit 1',
  'eval "$prepared"',
  'exec n8n',
  '',
].join('\n')

/**
 * Writes shell lines: the parts of the database's address, which the app wants apart, and the bcrypt hash of the owner's
 * password, made with the app's own library. The salt comes from the password and the encryption key, so that the same password
 * makes the same hash and a restart signs nobody out.
 */
export const prepareScript = `
const { createHmac } = require('node:crypto')
const { execFileSync } = require('node:child_process')
const { realpathSync } = require('node:fs')
const { createRequire } = require('node:module')

const { DATABASE_CONNECTION, OWNER_PASSWORD, N8N_ENCRYPTION_KEY } = process.env
const n8n = realpathSync(execFileSync('/bin/sh', ['-c', 'command -v n8n'], { encoding: 'utf8' }).trim())
const bcrypt = createRequire(n8n)('bcryptjs')
const digest = createHmac('sha256', N8N_ENCRYPTION_KEY).update(OWNER_PASSWORD).digest()
const salt = '$2a$12$' + bcrypt.encodeBase64(digest.subarray(0, 16), 16)
const lines = { N8N_INSTANCE_OWNER_PASSWORD_HASH: bcrypt.hashSync(OWNER_PASSWORD, salt) }

if (DATABASE_CONNECTION) {
  const url = new URL(DATABASE_CONNECTION)
  const encryption = url.searchParams.get('sslmode')
  Object.assign(lines, {
    DB_TYPE: 'postgresdb',
    DB_POSTGRESDB_HOST: url.hostname,
    DB_POSTGRESDB_PORT: url.port || '5432',
    DB_POSTGRESDB_DATABASE: decodeURIComponent(url.pathname.slice(1)),
    DB_POSTGRESDB_USER: decodeURIComponent(url.username),
    DB_POSTGRESDB_PASSWORD: decodeURIComponent(url.password),
    ...(/^(require|verify-)/.test(encryption ?? '') && {
      DB_POSTGRESDB_SSL_ENABLED: 'true',
      // As PostgreSQL's own clients read it: "require" encrypts, "verify-…" checks the certificate as well.
      DB_POSTGRESDB_SSL_REJECT_UNAUTHORIZED: String(encryption !== 'require'),
    }),
  })
}
const quoted = text => "'" + text.replaceAll("'", "'\\\\''") + "'"
for (const [name, value] of Object.entries(lines)) console.log('export ' + name + '=' + quoted(value))
console.log('unset OWNER_PASSWORD DATABASE_CONNECTION')
`.trimStart()
