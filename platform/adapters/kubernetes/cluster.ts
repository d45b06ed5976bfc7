import { ExponentialBackoff } from 'cockatiel'
import { createKubeApi } from './client.ts'
import { type ClusterIdentities, loadIdentities, rejoin, saveIdentities } from './identities.ts'
import { accountOf, deployerUser, type IdentityName, identityNames } from './identity-names.ts'
import type { KubeApi } from './kube-api.ts'
import { requestToken } from './token.ts'

/**
 * A joined cluster, by Kade's own identities; no admin credential is needed. Each identity renews its own token at half of
 * its life and keeps it in the identities file, so that a restart finds it. A process that slept past the end of a token
 * cannot renew it: every call then says that the cluster must be joined again.
 */
export type OpenCluster = {
  readonly name: string
  readonly worker: KubeApi
  readonly preparer: KubeApi
  readonly observer: KubeApi
  /**
   * The worker as the namespace's `kade-deployer`: RBAC, admission and quota judge the tenant. It applies everything of a
   * deployment but its NetworkPolicies, which are in the preparer's hands (see roles.ts).
   */
  deployer(namespace: string): KubeApi
  close(): Promise<void>
}

const longestTimerMs = 2 ** 31 - 1

/** Throws `PlatformError` `cluster-unreachable` when the cluster was never joined from here or a token has run out. */
export async function openCluster(options: {
  readonly home: string
  readonly name: string
}): Promise<OpenCluster> {
  const { home, name } = options
  const keeper = tokenKeeper(home, await loadIdentities(home, name))
  const open = async (identity: IdentityName) => {
    // Asked once here, so that an expired token is known now and not at the first deployment.
    keeper.token(identity)
    const token = () => keeper.token(identity)
    const connection = { ...keeper.endpoint, token }
    return await createKubeApi({ cluster: name, connection })
  }
  const [worker, preparer, observer] = await Promise.all([
    open('worker'),
    open('preparer'),
    open('observer'),
  ])
  keeper.start({ worker, preparer, observer })
  return {
    name,
    worker,
    preparer,
    observer,
    // Asked for no groups, the API server gives the account those it has; asking for them would need a right to each.
    deployer: namespace => worker.as(deployerUser(namespace)),
    async close() {
      await keeper.stop()
      await Promise.all([worker.close(), preparer.close(), observer.close()])
    },
  }
}

function tokenKeeper(home: string, loaded: ClusterIdentities) {
  const { cluster } = loaded
  let identities = loaded
  let saving = Promise.resolve()
  const timers = new Map<IdentityName, NodeJS.Timeout>()
  let stopped = false

  const renew = async (identity: IdentityName, api: KubeApi) => {
    const issued = await requestToken(api, accountOf(identity))
    identities = { ...identities, tokens: { ...identities.tokens, [identity]: issued } }
    saving = saving.catch(() => undefined).then(() => saveIdentities(home, identities))
    await saving
  }
  const plan = (identity: IdentityName, api: KubeApi, pauses = retries.next()) => {
    if (stopped) return
    const { issuedAt, expiresAt } = identities.tokens[identity]
    const half = (Date.parse(issuedAt) + Date.parse(expiresAt)) / 2
    const wait = Math.max(half - Date.now(), pauses.duration)
    const timer = setTimeout(
      () => {
        if (wait > longestTimerMs) return plan(identity, api)
        renew(identity, api).then(
          () => plan(identity, api),
          () => plan(identity, api, pauses.next(undefined)),
        )
      },
      Math.min(wait, longestTimerMs),
    )
    timer.unref()
    timers.set(identity, timer)
  }

  return {
    endpoint: loaded.endpoint,
    token(identity: IdentityName): string {
      const { token, expiresAt } = identities.tokens[identity]
      if (Date.parse(expiresAt) <= Date.now()) {
        throw rejoin(cluster, `Kade's identity on cluster ${cluster} ran out on ${expiresAt}`)
      }
      return token
    },
    start(apis: Record<IdentityName, KubeApi>) {
      for (const identity of identityNames) plan(identity, apis[identity])
    },
    async stop() {
      stopped = true
      for (const timer of timers.values()) clearTimeout(timer)
      await saving.catch(() => undefined)
    },
  }
}

const retries = new ExponentialBackoff({ initialDelay: 1_000, maxDelay: 300_000 })
