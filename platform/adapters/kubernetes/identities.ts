import { chmod, mkdir, open, readFile, rename } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import { PlatformError } from '../../errors.ts'

const IssuedToken = z.object({
  token: z.string(),
  issuedAt: z.iso.datetime({ offset: true }),
  expiresAt: z.iso.datetime({ offset: true }),
})

const ClusterIdentities = z.object({
  version: z.literal(1),
  cluster: z.string(),
  endpoint: z.object({
    server: z.string(),
    caData: z.string().exactOptional(),
    tlsServerName: z.string().exactOptional(),
    proxyUrl: z.string().exactOptional(),
  }),
  tokens: z.object({ worker: IssuedToken, preparer: IssuedToken, observer: IssuedToken }),
})

/** All that a worker needs of a joined cluster: where it is, and a token for each of Kade's identities. A secret. */
export type ClusterIdentities = z.infer<typeof ClusterIdentities>

function fileOf(home: string, cluster: string): string {
  return join(home, 'clusters', cluster, 'identities.json')
}

/** Whether the cluster was joined from this home. Says nothing about whether its tokens still hold. */
export async function hasIdentities(home: string, cluster: string): Promise<boolean> {
  return await readFile(fileOf(home, cluster)).then(
    () => true,
    () => false,
  )
}

/** Writes `$KADE_HOME/clusters/<cluster>/identities.json`, readable by its owner alone; a reader sees the old or the new one, whole. */
export async function saveIdentities(home: string, identities: ClusterIdentities): Promise<void> {
  const path = fileOf(home, identities.cluster)
  await mkdir(dirname(path), { recursive: true })
  const draft = `${path}.${process.pid}.tmp`
  const file = await open(draft, 'w', 0o600)
  try {
    await file.writeFile(`${JSON.stringify(identities, null, 2)}\n`)
    await file.sync()
  } finally {
    await file.close()
  }
  await chmod(draft, 0o600)
  await rename(draft, path)
}

/** Throws `PlatformError` `cluster-unreachable`, saying to join again, when the file is missing or is not one of ours. */
export async function loadIdentities(home: string, cluster: string): Promise<ClusterIdentities> {
  const text = await readFile(fileOf(home, cluster), 'utf8').catch((cause: unknown) => {
    throw rejoin(cluster, `Kade has no identity for cluster ${cluster}`, cause)
  })
  try {
    return ClusterIdentities.parse(JSON.parse(text))
  } catch {
    // No cause: the parser's message may quote the file.
    throw rejoin(cluster, `The identities of cluster ${cluster} cannot be read`)
  }
}

export function rejoin(cluster: string, what: string, cause?: unknown): PlatformError {
  return new PlatformError('cluster-unreachable', `${what}.`, {
    next: `Join the cluster again with its admin credential: KADE_KUBECONFIG=<kubeconfig of ${cluster}> kade up. Nothing that runs there is changed by it.`,
    ...(cause !== undefined && { cause }),
  })
}
