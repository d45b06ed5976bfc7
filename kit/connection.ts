/**
 * How a provider of `postgres`, `mongodb` or `redis` is reached: consumers of those get a whole connection string for a key, in
 * which the secret of the offer is the password. A module says this in `provides`; the platform writes the string.
 */
export type Connection = {
  readonly protocol: 'postgresql' | 'mongodb' | 'redis'
  /** Absent where nobody signs in by name, as with a Redis that has one password. */
  readonly user?: string
  readonly database?: string
}

/** The address of an offer with a connection; with a password it is the whole connection string, each part escaped. */
export function connectionString(
  { protocol, user = '', database = '' }: Connection,
  authority: string,
  password?: string,
): string {
  const credential =
    password === undefined ? '' : `${encodeURIComponent(user)}:${encodeURIComponent(password)}@`
  return `${protocol}://${credential}${authority}${database && `/${encodeURIComponent(database)}`}`
}
