import { defineStore } from 'pinia'
import { computed, ref } from 'vue'
import type { Deployment, DeploymentInput, Rollback } from '#api/deployments.ts'
import type { EventView } from '#api/events.ts'
import type { MovePreview } from '#api/move.ts'
import type { OperationOfDeployment } from '#api/operations.ts'
import type { Problem } from '#api/problem.ts'
import { client } from '../client.ts'
import { idempotencyKey } from '../idempotency-key.ts'
import { troubleOf } from '../trouble.ts'

type Place = { namespace: string; name: string }

/** The one deployment that is being looked at. Every change says which version it was decided on (`If-Match`). */
export const useDeployment = defineStore('deployment', () => {
  const place = ref<Place>({ namespace: '', name: '' })
  const deployment = ref<Deployment | null>(null)
  const problem = ref<Problem | null>(null)
  /** The last operation of a deployment that is no more. */
  const farewell = ref<OperationOfDeployment | null>(null)
  /** Goes up with every look, so that the parts of the page look again too. */
  const looks = ref(0)
  let asked = 0

  const gone = computed(() => problem.value?.status === 404)

  async function open(wanted: Place): Promise<void> {
    place.value = wanted
    deployment.value = null
    farewell.value = null
    problem.value = null
    await load()
  }

  async function load(): Promise<void> {
    const mine = ++asked
    const params = place.value
    try {
      const found = await client.readDeployment({ params })
      if (mine !== asked) return
      deployment.value = found
      problem.value = null
      farewell.value = null
    } catch (error) {
      if (mine !== asked) return
      problem.value = troubleOf(error)
      if (problem.value.status === 404) await sayFarewell(params)
    }
    looks.value++
  }

  async function sayFarewell(query: Place): Promise<void> {
    deployment.value = null
    const page = await client.listOperations({ query: { ...query, limit: 1 } }).catch(() => null)
    farewell.value = page?.items.find(({ kind }) => kind === 'delete') ?? null
  }

  function concerns(event: EventView): boolean {
    const { id, namespace, name } = deployment.value ?? { ...place.value, id: '' }
    if (event.deployment && (event.deployment === id || event.deployment === name))
      return event.namespace === undefined || event.namespace === namespace
    return event.data.deployment === id
  }

  /** What every change sends: where, on which version, and a key against doing it twice. */
  function condition() {
    const etag = deployment.value?.etag
    return {
      params: place.value,
      idempotencyKey: idempotencyKey(),
      ...(etag ? { ifMatch: etag } : {}),
    }
  }

  async function restart(): Promise<void> {
    await client.restartDeployment(condition())
    await load()
  }

  /** What moving it to exactly these clusters would do. Changes nothing. */
  function lookAtMove(to: string[]): Promise<MovePreview> {
    return client.previewMove({ params: place.value, body: { to } })
  }

  async function move(to: string[], data?: 'leave'): Promise<void> {
    await client.moveDeployment({ ...condition(), body: { to, ...(data ? { data } : {}) } })
    await load()
  }

  async function rollBack(body: Rollback): Promise<void> {
    await client.rollbackDeployment({ ...condition(), body })
    await load()
  }

  /** With `forget` without its cluster, which is gone for good. */
  async function remove(data: 'keep' | 'delete', forget = false): Promise<void> {
    const query = { data, ...(forget ? { forget: place.value.name } : {}) }
    await client.deleteDeployment({ ...condition(), query })
    await load()
  }

  async function update(body: DeploymentInput, ifMatch: string): Promise<void> {
    await client.updateDeployment({ ...condition(), body, ifMatch })
    await load()
  }

  async function retry(operation: string): Promise<void> {
    await client.retryOperation({ params: { operation }, idempotencyKey: idempotencyKey() })
    await load()
  }

  /** Agrees with exactly what the operation asked: `digest` is that question's. */
  async function consent(operation: string, digest: string): Promise<void> {
    const body = { consent: digest }
    await client.retryOperation({ params: { operation }, body, idempotencyKey: idempotencyKey() })
    await load()
  }

  /** Lets the next wave begin after `wave`, which was looked at. */
  async function goOn(operation: string, wave: number): Promise<void> {
    await client.continueOperation({ params: { operation }, body: { wave } })
    await load()
  }

  async function cancel(operation: string): Promise<void> {
    await client.cancelOperation({ params: { operation } })
    await load()
  }

  return {
    place,
    deployment,
    problem,
    farewell,
    looks,
    gone,
    open,
    load,
    concerns,
    restart,
    lookAtMove,
    move,
    rollBack,
    remove,
    update,
    retry,
    consent,
    goOn,
    cancel,
  }
})
