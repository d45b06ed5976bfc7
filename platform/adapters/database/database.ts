/** A value PostgreSQL takes as a parameter. */
export type SqlValue = string | number | boolean | Date | Buffer | null | readonly string[] | object

/** Runs statements: on the pool, or inside a transaction. Rows come back as plain objects. */
export type Sql = {
  query<Row extends object = Record<string, unknown>>(
    text: string,
    values?: readonly SqlValue[],
  ): Promise<Row[]>
}

/**
 * The one truth, PostgreSQL 15–18. The port stays this small on purpose: the statements of a noun stand with the noun,
 * and what a command appends, reserves and enqueues shares one transaction.
 */
export type Database = Sql & {
  /** Commits when `run` resolves, rolls back when it throws. Serialisation and deadlock failures are run again, three times. */
  transaction<T>(run: (tx: Sql) => Promise<T>): Promise<T>
  /** Wakes `onWake` when something was notified on the channel; a hint only, every reader polls as well. Survives reconnects. */
  listen(channel: string, onWake: (payload: string) => void): Promise<() => Promise<void>>
  close(): Promise<void>
}
