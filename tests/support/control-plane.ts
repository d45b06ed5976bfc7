import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import {
  componentProcesses,
  endComponents,
} from '#platform/adapters/kubernetes/embedded/component-processes.ts'
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
      await killComponents(path.dirname(cluster.kubeconfigPath))
      await rm(home, { recursive: true, force: true })
    },
  }
}

/** Nobody reads the data again, so nobody has to write it down: a goodbye in order takes some seconds. */
async function killComponents(workdir: string): Promise<void> {
  for (const { pid } of await componentProcesses(workdir)) {
    try {
      process.kill(pid, 'SIGKILL')
    } catch {
      // It ended by itself between the look and the signal.
    }
  }
  await endComponents(workdir)
}
