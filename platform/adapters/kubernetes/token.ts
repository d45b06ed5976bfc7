import { systemNamespace } from '../../labels.ts'
import type { KubeApi } from './kube-api.ts'

/** A token of one of Kade's accounts. Times are ISO 8601. */
export type IssuedToken = {
  readonly token: string
  readonly issuedAt: string
  readonly expiresAt: string
}

const thirtyDays = 30 * 24 * 60 * 60

/** Asks for a token of an account in `kade-system`. The server may answer with a shorter life than asked for. */
export async function requestToken(
  api: KubeApi,
  account: string,
  seconds = thirtyDays,
): Promise<IssuedToken> {
  const issuedAt = new Date().toISOString()
  const { status } = await api.request<{ status: { token: string; expirationTimestamp: string } }>(
    'POST',
    `/api/v1/namespaces/${systemNamespace}/serviceaccounts/${account}/token`,
    {
      body: {
        apiVersion: 'authentication.k8s.io/v1',
        kind: 'TokenRequest',
        spec: { expirationSeconds: seconds },
      },
    },
  )
  return { token: status.token, issuedAt, expiresAt: status.expirationTimestamp }
}
