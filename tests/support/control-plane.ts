import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import {
  type EmbeddedClusterOptions,
  startEmbeddedCluster,
} from '#platform/adapters/kubernetes/embedded/embedded-cluster.ts'
import { getBinaries } from '#tools/control-plane/get-binaries.js'

export type TestCluster = {
  name: string
  /** Its admin's. */
  kubeconfigPath: string
  stop(): Promise<void>
}

export type TestClusterOptions = Pick<
  EmbeddedClusterOptions,
  'disableQpsLimits' | 'extraNodes' | 'stages'
>

/** The directory with kubectl, kube-apiserver and the others; gets them first when the machine has none. */
export function controlPlaneBinaries(): Promise<string> {
  return getBinaries({ report: line => process.stderr.write(`${line}\n`) })
}

/** A control plane of this test file's own, in a directory that `stop` removes. Five seconds and half a gigabyte. */
export async function startTestCluster(
  name = 'amsterdam',
  options: TestClusterOptions = {},
): Promise<TestCluster> {
  const binaries = await controlPlaneBinaries()
  const home = await mkdtemp(path.join(tmpdir(), 'kade-cluster-'))
  const cluster = await startEmbeddedCluster({ name, home, binaries, ...options })
  return {
    name,
    kubeconfigPath: cluster.kubeconfigPath,
    stop: async () => {
      await cluster.stop()
      await rm(home, { recursive: true, force: true })
    },
  }
}
