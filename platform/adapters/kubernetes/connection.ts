import type { RequestOptions } from 'node:https'
import { KubeConfig } from '@kubernetes/client-node'
import { Agent, type Dispatcher, ProxyAgent } from 'undici'
import { PlatformError } from '../../errors.ts'

/** Where an API server is and how to know it is the right one. Holds no credential. */
export type Endpoint = {
  readonly server: string
  /** PEM certificates in base64, as in a kubeconfig. Absent: the system's own authorities. */
  readonly caData?: string
  /** Name in the server's certificate, where it is not the address's. */
  readonly tlsServerName?: string
  readonly proxyUrl?: string
}

/** A token may be a function, so that a renewed one is used at once. */
export type ClusterConnection =
  /** Path of a kubeconfig, or its text. */
  | { readonly kubeconfig: string; readonly context?: string }
  | (Endpoint & { readonly token: string | (() => string) })

/** Two connection pools, because a watch holds its HTTP/1.1 connection for minutes and would starve the calls. */
export type Transport = {
  readonly server: URL
  readonly calls: Dispatcher
  readonly watches: Dispatcher
  /** Headers that authenticate; `afterRefusal` asks for fresh ones (an exec plugin's token may have been revoked). */
  credentials(afterRefusal?: boolean): Promise<Record<string, string>>
  close(): Promise<void>
}

type Tls = Pick<
  RequestOptions,
  'ca' | 'cert' | 'key' | 'passphrase' | 'pfx' | 'rejectUnauthorized' | 'servername'
>

const credentialsKeptMs = 60_000
/** No answer of an API server that Kade reads is near this; a larger one would only fill the memory. */
const largestAnswerBytes = 128 * 1024 * 1024

/** Loads the credential and opens the pools; connects to nothing yet. Throws `PlatformError` for an unusable kubeconfig. */
export async function openTransport(
  connection: ClusterConnection,
  limits: { readonly connections: number; readonly watches: number },
): Promise<Transport> {
  return 'kubeconfig' in connection
    ? await fromKubeconfig(connection, limits)
    : fromToken(connection, limits)
}

function fromToken(
  connection: Exclude<ClusterConnection, { kubeconfig: string }>,
  limits: { connections: number; watches: number },
): Transport {
  const { token, caData, tlsServerName } = connection
  const tls: Tls = {
    ...(caData !== undefined && { ca: Buffer.from(caData, 'base64') }),
    ...(tlsServerName !== undefined && { servername: tlsServerName }),
  }
  return {
    server: serverUrl(connection.server),
    ...pools(tls, connection.proxyUrl, limits),
    credentials: async () => ({
      authorization: `Bearer ${typeof token === 'string' ? token : token()}`,
    }),
  }
}

async function fromKubeconfig(
  source: { kubeconfig: string; context?: string },
  limits: { connections: number; watches: number },
): Promise<Transport> {
  const config = loadKubeconfig(source)
  const cluster = currentCluster(config)
  const first = await authenticate(config)
  let known = { headers: headersOf(first), at: Date.now() }
  return {
    server: serverUrl(cluster.server),
    ...pools(tlsOf(first), cluster.proxyUrl, limits),
    async credentials(afterRefusal = false) {
      if (afterRefusal || Date.now() - known.at > credentialsKeptMs) {
        known = { headers: headersOf(await authenticate(config)), at: Date.now() }
      }
      return known.headers
    },
  }
}

/**
 * The endpoint of a kubeconfig, without its credential: what an identity of its own needs to reach the same server.
 * Throws `PlatformError` when the server's certificate would not be verified: a token is not sent to a stranger.
 */
export async function endpointOf(source: {
  readonly kubeconfig: string
  readonly context?: string
}): Promise<Endpoint> {
  const config = loadKubeconfig(source)
  const cluster = currentCluster(config)
  if (cluster.skipTLSVerify || !cluster.server.startsWith('https:')) {
    throw new PlatformError(
      'cluster-unreachable',
      `The kubeconfig does not verify the certificate of ${cluster.server}.`,
      { next: 'Give `certificate-authority-data` instead of `insecure-skip-tls-verify`.' },
    )
  }
  const { ca } = tlsOf(await authenticate(config))
  return {
    server: cluster.server,
    ...(Buffer.isBuffer(ca) && { caData: ca.toString('base64') }),
    ...(cluster.tlsServerName && { tlsServerName: cluster.tlsServerName }),
    ...(cluster.proxyUrl && { proxyUrl: cluster.proxyUrl }),
  }
}

function currentCluster(config: KubeConfig) {
  const cluster = config.getCurrentCluster()
  if (cluster === null) {
    throw new PlatformError('cluster-unreachable', 'The kubeconfig names no current cluster.', {
      next: 'Set `current-context` in it, or name a context.',
    })
  }
  return cluster
}

function loadKubeconfig(source: { kubeconfig: string; context?: string }): KubeConfig {
  const config = new KubeConfig()
  try {
    // Text has line breaks, a path has none: callers hold either.
    if (source.kubeconfig.includes('\n')) config.loadFromString(source.kubeconfig)
    else config.loadFromFile(source.kubeconfig)
    if (source.context !== undefined) config.setCurrentContext(source.context)
  } catch (cause) {
    throw new PlatformError('cluster-unreachable', 'The kubeconfig cannot be read.', {
      next: 'Check the path, and that `kubectl --kubeconfig <path> version` answers.',
      cause,
    })
  }
  return config
}

async function authenticate(config: KubeConfig): Promise<RequestOptions> {
  const options: RequestOptions = {}
  try {
    await config.applyToHTTPSOptions(options)
  } catch (cause) {
    throw new PlatformError(
      'cluster-unreachable',
      'The kubeconfig gives no usable credential for its cluster.',
      { next: 'Sign in to the cluster again, or give a service account token.', cause },
    )
  }
  return options
}

function tlsOf(options: RequestOptions): Tls {
  const tls: Tls = {}
  for (const name of [
    'ca',
    'cert',
    'key',
    'passphrase',
    'pfx',
    'rejectUnauthorized',
    'servername',
  ] as const) {
    if (options[name] !== undefined) Object.assign(tls, { [name]: options[name] })
  }
  return tls
}

function headersOf(options: RequestOptions): Record<string, string> {
  const headers: Record<string, string> = {}
  for (const [name, value] of Object.entries(options.headers ?? {})) {
    if (typeof value === 'string') headers[name.toLowerCase()] = value
  }
  if (typeof options.auth === 'string') {
    headers.authorization = `Basic ${Buffer.from(options.auth).toString('base64')}`
  }
  return headers
}

function serverUrl(server: string): URL {
  const url = URL.parse(server)
  if (url === null || (url.protocol !== 'https:' && url.protocol !== 'http:')) {
    throw new PlatformError(
      'cluster-unreachable',
      `"${server}" is not the address of an API server.`,
    )
  }
  return url
}

function pools(
  tls: Tls,
  proxy: string | undefined,
  limits: { connections: number; watches: number },
): Pick<Transport, 'calls' | 'watches' | 'close'> {
  if (proxy?.startsWith('socks')) {
    throw new PlatformError('cluster-unreachable', 'Kade cannot use a SOCKS proxy-url.', {
      next: 'Use an HTTP proxy, or a direct address.',
    })
  }
  const open = (connections: number, bodyTimeout: number) => {
    const options = {
      connections,
      // HTTP/1.1: on one HTTP/2 connection a slow list would hold up every small call behind it.
      allowH2: false,
      keepAliveTimeout: 30_000,
      headersTimeout: 60_000,
      bodyTimeout,
      maxResponseSize: largestAnswerBytes,
    }
    const connect = { ...tls, timeout: 5_000, keepAlive: true, keepAliveInitialDelay: 30_000 }
    return proxy === undefined
      ? new Agent({ ...options, connect })
      : new ProxyAgent({ ...options, uri: proxy, requestTls: connect })
  }
  const calls = open(limits.connections, 60_000)
  // A watch has no size limit, and silence for two minutes means: ask again.
  const watches = open(limits.watches, 120_000)
  return {
    calls,
    watches,
    close: async () => {
      await Promise.all([calls.destroy(), watches.destroy()])
    },
  }
}
