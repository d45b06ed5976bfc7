import type { Text } from '#api/names.ts'
import { createKubeApi } from '#platform/adapters/kubernetes/client.ts'
import { openCluster } from '#platform/adapters/kubernetes/cluster.ts'
import { type Endpoint, endpointOf } from '#platform/adapters/kubernetes/connection.ts'
import { embeddedClusters } from '#platform/adapters/kubernetes/embedded/clusters.ts'
import {
  type EmbeddedCluster,
  startEmbeddedCluster,
} from '#platform/adapters/kubernetes/embedded/embedded-cluster.ts'
import { saveIdentities } from '#platform/adapters/kubernetes/identities.ts'
import { startInformer } from '#platform/adapters/kubernetes/informer.ts'
import { joinCluster } from '#platform/adapters/kubernetes/join.ts'
import { prepareNamespace } from '#platform/adapters/kubernetes/namespace.ts'
import { hasOnlySimulatedNodes } from '#platform/adapters/kubernetes/simulated-nodes.ts'
import { admissionObjects } from '#platform/adapters/policy/admission.ts'
import { createEngine } from '#platform/deployments/engine/create-engine.ts'
import type { Engine } from '#platform/deployments/engine/engine.ts'
import { PlatformError } from '#platform/errors.ts'
import { getBinaries } from '#tools/control-plane/get-binaries.js'
import { readClusterPlaces, withPlaces } from './cluster-places.ts'
import { consentToJoin } from './consent.ts'
import { contextsOf } from './kubeconfig.ts'
import type { PlannedCluster } from './planned-cluster.ts'
import type { Report } from './report.ts'
import type { Settings } from './settings.ts'

/** The clusters that the settings name: contexts of the given kubeconfig, else the embedded ones. */
export async function plannedClusters(settings: Settings): Promise<PlannedCluster[]> {
  const places = await readClusterPlaces(settings.placesFile, settings.kubeconfig)
  const planned = settings.kubeconfig
    ? withPlaces(await contextsOf(settings.kubeconfig), places)
    : embedded(settings.home)
  const names = planned.map(one => one.spec.name)
  const unknown = settings.clusters?.find(name => !names.includes(name))
  if (unknown)
    throw new PlatformError('request-invalid', `There is no cluster ${unknown} to start.`, {
      next: `Choose from ${names.join(', ')}.`,
    })
  const chosen = settings.clusters
    ? planned.filter(one => settings.clusters?.includes(one.spec.name))
    : planned
  const primary = chosen.find(one => one.spec.primary) ?? chosen[0]
  return chosen.map(one => ({ ...one, spec: { ...one.spec, primary: one === primary } }))
}

function embedded(home: string): PlannedCluster[] {
  const ending = new AbortController()
  let binaries: Promise<string> | undefined
  return embeddedClusters.map(place => {
    let starting: Promise<EmbeddedCluster> | undefined
    return {
      spec: { ...place, simulated: true },
      async connect(tell) {
        const report = (line: string) => tell({ en: line, nl: line })
        binaries ??= getBinaries({ report, signal: ending.signal })
        const directory = await binaries
        ending.signal.throwIfAborted()
        tell({ en: 'Starting the control plane.', nl: 'Het besturingsdeel wordt gestart.' })
        starting = startEmbeddedCluster({ name: place.name, home, binaries: directory })
        return { kubeconfig: (await starting).kubeconfigPath }
      },
      async stop() {
        ending.abort(new Error('Kade is stopping.'))
        // One that is just starting is waited for: its processes would outlive Kade otherwise.
        const cluster = await starting?.catch(() => undefined)
        await cluster?.stop()
      },
    }
  })
}

/** Joins with the admin credential, which is forgotten afterwards, and opens the engine on Kade's own identities. */
export async function joinAndOpen(
  settings: Settings,
  planned: PlannedCluster,
  tell: (message: Text) => void,
  report: Report,
): Promise<{ engine: Engine; simulated: boolean; endpoint: Endpoint }> {
  const { name } = planned.spec
  let simulated = planned.spec.simulated
  const connection = await planned.connect(tell)
  tell({
    en: 'Joining: identities and guard policies.',
    nl: 'Aansluiten: identiteiten en bewakingsregels.',
  })
  const endpoint = await endpointOf(connection)
  const admin = await createKubeApi({ cluster: name, connection })
  try {
    await consentToJoin(settings, admin, name, report)
    const policies = await admissionObjects()
    await saveIdentities(
      settings.home,
      await joinCluster({ admin, cluster: name, endpoint, policies }),
    )
    simulated ||= await hasOnlySimulatedNodes(admin)
  } finally {
    await admin.close()
  }
  return { engine: await openEngine(settings.home, name, simulated), simulated, endpoint }
}

/** The engine of a cluster that was joined from this home before. */
async function openEngine(home: string, name: string, simulated: boolean): Promise<Engine> {
  const cluster = await openCluster({ home, name })
  return createEngine({
    cluster: name,
    simulated,
    deployer: namespace => cluster.deployer(namespace),
    preparer: cluster.preparer,
    observer: cluster.observer,
    follow: options => startInformer(options),
    prepareNamespace: spec => prepareNamespace(cluster.preparer, spec, cluster.deployer(spec.name)),
    close: () => cluster.close(),
  })
}
