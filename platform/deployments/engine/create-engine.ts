import { DeployFailure } from '../deploy-failure.ts'
import type { ClusterAccess } from './access.ts'
import { applyWork } from './apply.ts'
import { previewOf } from './diff.ts'
import type { Engine } from './engine.ts'
import { explained } from './failures.ts'
import { handIn } from './hand.ts'
import { inspectWork } from './inspect.ts'
import { logsOf } from './logs.ts'
import { metricsOf } from './metrics.ts'
import { monitorsIn } from './monitors-in.ts'
import { observeCluster } from './observe.ts'
import { settleWork } from './prune.ts'
import { removeDeployment } from './remove.ts'
import { repairDeployment } from './repair.ts'
import { scanCluster } from './scan.ts'
import { surveyCluster } from './survey.ts'
import { tellNotes } from './tell.ts'

/** Milliseconds for the API server to say that it lives. */
const probeDeadline = 5_000

/** The deploy engine of one cluster, over the hands it is given there. */
export function createEngine(access: ClusterAccess): Engine {
  const { observer, simulated } = access
  const told = async <T>(target: { namespace: string; name: string }, act: () => Promise<T>) => {
    try {
      return await act()
    } catch (error) {
      throw await explained(error, target.name, target.namespace, observer)
    }
  }
  return {
    prepareNamespace: spec => access.prepareNamespace(spec),
    apply: (work, secrets, signal) =>
      told(work, async () => {
        const { api, calls } = handIn(work.namespace, access)
        const result = await applyWork(work, secrets, api, signal)
        return { ...result, calls: calls() }
      }),
    settle: (work, signal) =>
      told(work, () => settleWork(work, handIn(work.namespace, access).api, signal)),
    async remove(target, data, signal, of) {
      const { api } = handIn(target.namespace, access)
      try {
        return await told(target, () =>
          removeDeployment(target, { data, ...(of && { of }) }, api, signal),
        )
      } catch (error) {
        // Whatever was in it went with the namespace.
        if (!(error instanceof DeployFailure) || error.reason.code !== 'namespace-missing') {
          throw error
        }
        return []
      }
    },
    repair: (target, signal) =>
      told(target, () => repairDeployment(target, handIn(target.namespace, access).api, signal)),
    dryRun: work => told(work, () => previewOf(work, handIn(work.namespace, access).api)),
    inspect: work =>
      told(work, () =>
        inspectWork(work, { deployer: access.deployer(work.namespace), observer, simulated }),
      ),
    logs: (target, lines, since) => told(target, () => logsOf(target, { lines, since }, access)),
    metrics: target => told(target, () => metricsOf(target, access)),
    tell: (notes, signal) => tellNotes(notes, access, signal),
    observe: onChange => observeCluster(access, onChange),
    scan: (strangersOf, signal) => scanCluster(access, strangersOf, signal),
    survey: signal => surveyCluster(observer, signal),
    async probe() {
      const signal = AbortSignal.timeout(probeDeadline)
      const [{ gitVersion }, monitors] = await Promise.all([
        observer.request<{ gitVersion: string }>('GET', '/version', { signal }),
        // A cluster that answers lives, also where it does not tell this.
        monitorsIn(access.preparer, signal).catch(() => undefined),
      ])
      return { version: gitVersion, ...(monitors && { monitors }) }
    },
    close: () => access.close(),
  }
}
