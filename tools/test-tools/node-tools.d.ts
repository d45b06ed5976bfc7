import type { BinarySet } from '../control-plane/cache.js'
import type { GetBinariesOptions } from '../control-plane/get-binaries.js'

/** kubelet, kube-proxy, containerd with its shim and `ctr`, runc, CoreDNS and kube-router. */
export const nodeTools: BinarySet
/** The directory with them: from the cache, else built with Go, by one process at a time. Rejects with what to install. */
export function getNodeTools(options?: Omit<GetBinariesOptions, 'set'>): Promise<string>
