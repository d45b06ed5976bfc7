import type { Text } from '#api/names.ts'

/** One HTTP request to a server that is not a cluster: a receiver of events, a tool, a registry. */
export type OutgoingRequest = {
  readonly url: string
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  /** Milliseconds for everything together: names, tries, redirects and the body; 10,000 when absent. */
  readonly deadlineMs?: number
  /** Bytes of the answer's body that are read; 64 KiB when absent. */
  readonly maxBytes?: number
  /** What becomes of an answer with more: `refuse` throws (when absent), `cut` leaves the rest unread. */
  readonly excess?: 'refuse' | 'cut'
  /** Tries in all, where doing it twice is doing it once; 1 when absent. */
  readonly tries?: number
  /** Redirects that are followed, each checked as the first address was; 0 when absent, and the redirect is the answer. */
  readonly redirects?: number
  /** Whose failures count together for the circuit breaker; the origin of the URL when absent. */
  readonly circuit?: string
  /** Of the caller: ends the request without counting as a failure of the server. */
  readonly signal?: AbortSignal
}

/** Whatever the server answered, an error status too. */
export type OutgoingAnswer = {
  readonly status: number
  /** By lower-case name; of a repeated header the first. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** A request whose answer is read as it comes, for as long as it comes. */
export type OutgoingStreamRequest = {
  readonly url: string
  readonly headers?: Readonly<Record<string, string>>
  /** Milliseconds until the answer begins; 10,000 when absent. */
  readonly deadlineMs?: number
  /** Milliseconds of silence after which the answer is over, with an error. */
  readonly silenceMs: number
  /** Of the caller: ends the request and the reading of its answer. */
  readonly signal: AbortSignal
}

export type OutgoingStream = {
  readonly status: number
  /** Must be read to its end, or be ended by the signal. Throws `OutgoingError` where it breaks off. */
  readonly body: AsyncIterable<Uint8Array>
}

export type OutgoingFault =
  | 'url-invalid'
  | 'not-encrypted'
  | 'address-refused'
  | 'unresolvable'
  | 'unreachable'
  | 'timeout'
  | 'answer-too-large'
  | 'too-many-redirects'
  | 'circuit-open'

/** No answer came. Its texts name the host, never the rest of the URL, in which a token may stand. */
export class OutgoingError extends Error {
  override name = 'OutgoingError'
  readonly fault: OutgoingFault
  readonly text: Text
  constructor(fault: OutgoingFault, text: Text, cause?: unknown) {
    super(text.en, cause === undefined ? undefined : { cause })
    this.fault = fault
    this.text = text
  }
}

/** The one way out over HTTP. Only the Kubernetes client, which knows its servers beforehand, has one of its own. */
export type Outgoing = {
  /** Throws `OutgoingError` when no answer came, and the signal's reason when the caller ended it. */
  send(request: OutgoingRequest): Promise<OutgoingAnswer>
  /**
   * Opens a GET whose answer does not end by itself: one try, no redirects. Throws `OutgoingError` when no answer begins, and
   * the signal's reason when the caller ended it.
   */
  open(request: OutgoingStreamRequest): Promise<OutgoingStream>
  /** Whether `send` would call this address now, without calling it. Throws `OutgoingError`. */
  check(url: string): Promise<void>
  close(): Promise<void>
}
