/**
 * What is told in a cluster about a deployment there: it becomes an Event of Kubernetes on its objects. Holds no secret value,
 * no configuration, and names no person.
 */
export type ClusterNote = {
  /** Of the event it tells of: the same in every delivery. */
  readonly id: string
  readonly deployment: string
  readonly namespace: string
  readonly name: string
  readonly type: 'Normal' | 'Warning'
  /** Name of the event. */
  readonly reason: string
  /** One or two sentences in English, as everything in a cluster is; at most 1024 bytes. */
  readonly text: string
  /** When it happened, RFC 3339. */
  readonly at: string
}

/** What became of notes. What the cluster will never take counts as refused, so that it holds up nothing. */
export type Told = {
  /** Events of Kubernetes that stand there now, earlier deliveries included. */
  readonly told: number
  /** What the cluster said to the last one that it refused. */
  readonly refused?: string
}
