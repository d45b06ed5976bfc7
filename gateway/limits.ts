/** What the door takes from one request, one caller and one machine; everything beyond is refused with a problem. */
export const limits = {
  bodyBytes: 256 * 1024,
  /** Request line and headers together. */
  headerBytes: 16 * 1024,
  urlCharacters: 4096,
  /** Nesting of objects and arrays in a body. */
  jsonDepth: 64,
  headersTimeoutMs: 5_000,
  requestTimeoutMs: 20_000,
  keepAliveMs: 10_000,
  /** Sockets that neither send nor receive; event streams say something every `heartbeatMs`. */
  idleConnectionMs: 60_000,
  connections: 2000,
  heartbeatMs: 5_000,
  streamsPerAccount: 20,
  exportsPerAccount: 3,
  /** Two for each cluster, of as many workers as share it, and what is just ending. */
  streamsPerWorkerCredential: 100,
  callsPerMinute: 6000,
  signInsPerMinute: 60,
  unauthenticatedPerMinute: 600,
} as const
