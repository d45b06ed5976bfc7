import { defineStore } from 'pinia'
import { computed, ref, watch } from 'vue'
import type { App } from '#api/apps.ts'
import type { Deployment, Preview } from '#api/deployments.ts'
import type { PatchOperation } from '#api/findings.ts'
import type { OperationOfDeployment } from '#api/operations.ts'
import { client } from '../client.ts'
import { useVerdict } from '../composables/verdict.ts'
import { createBodyOf, type Draft, emptyDraft, freeName, withFix } from '../draft.ts'
import { type Step, wrongsOf } from '../draft-checks.ts'
import { idempotencyKey } from '../idempotency-key.ts'
import { useApps } from './apps.ts'

const storageKey = 'kade-draft'

/** The draft as it may lie in the browser: without the keys typed for outside addresses. */
function storable(draft: Draft): string {
  const bindings = Object.entries(draft.bindings).map(([need, bound]) => [
    need,
    typeof bound === 'string' ? bound : { url: bound.url },
  ])
  return JSON.stringify({ ...draft, bindings: Object.fromEntries(bindings) })
}

function remembered(): Draft {
  try {
    const stored: unknown = JSON.parse(sessionStorage.getItem(storageKey) ?? '{}')
    // Written by `storable` above; a field that an older version did not have comes from the empty draft.
    return { ...emptyDraft(), ...(stored as Partial<Draft>) }
  } catch {
    return emptyDraft()
  }
}

/** The wizard that deploys an app. What is filled in outlives errors and reloads; secret values live in memory only. */
export const useDeploy = defineStore('deploy', () => {
  const draft = ref<Draft>(remembered())
  const secrets = ref<Record<string, string>>({})
  const app = ref<App | null>(null)
  const others = ref<Deployment[]>([])
  const preview = ref<Preview | null>(null)
  /** What Kade last said of where the values come from. */
  const known = ref<Preview | null>(null)
  const { said, judge } = useVerdict(() => createBodyOf(draft.value, secrets.value))
  let key = idempotencyKey()
  let asked = 0

  watch(
    draft,
    value => {
      sessionStorage.setItem(storageKey, storable(value))
      // Another wish is another request; the same wish sent again is not.
      key = idempotencyKey()
    },
    { deep: true },
  )

  watch(
    () => preview.value?.hash,
    () => {
      // So is the same wish after another preview.
      key = idempotencyKey()
    },
  )

  const taken = computed(
    () =>
      new Set(
        others.value
          .filter(({ namespace }) => namespace === draft.value.namespace)
          .map(({ name }) => name),
      ),
  )

  /** Chooses an app; another than before starts a new draft in the same namespace. */
  async function choose(id: string): Promise<void> {
    const chosen = await useApps().read(id)
    app.value = chosen
    if (draft.value.app === id) return
    const { namespace, cluster } = draft.value
    secrets.value = {}
    known.value = null
    draft.value = { ...emptyDraft(id), namespace, cluster, name: id }
    proposeName()
  }

  /** Gives the draft a free name, as long as nobody typed one. */
  function proposeName(): void {
    const { app: id, name } = draft.value
    if (!name || name === id || name.startsWith(`${id}-`))
      draft.value.name = freeName(id, taken.value)
  }

  async function loadOthers(): Promise<void> {
    others.value = (await client.listDeployments({ query: { limit: 200 } })).items
  }

  function wrongs(step: Step) {
    return wrongsOf(step, {
      draft: draft.value,
      secrets: secrets.value,
      app: app.value,
      taken: taken.value,
    })
  }

  /** Asks where the values would come from, and judges nothing yet. */
  async function look(): Promise<Preview | null> {
    const mine = ++asked
    const answer = await client.previewDeployment({
      body: createBodyOf(draft.value, secrets.value),
    })
    if (mine !== asked) return null
    known.value = answer
    return answer
  }

  async function check(): Promise<void> {
    const answer = await look()
    if (!answer) return
    preview.value = answer
    judge(answer.violations)
  }

  function takeFix(fix: readonly PatchOperation[]): void {
    draft.value = withFix(draft.value, fix)
  }

  async function submit(): Promise<OperationOfDeployment> {
    const seen = preview.value?.hash
    const body = {
      ...createBodyOf(draft.value, secrets.value),
      ...(seen ? { preview: seen } : {}),
    }
    const operation = await client.createDeployment({ body, idempotencyKey: key })
    forget()
    return operation
  }

  function forget(): void {
    draft.value = emptyDraft()
    secrets.value = {}
    app.value = null
    known.value = null
    preview.value = null
    judge()
  }

  return {
    draft,
    secrets,
    app,
    others,
    taken,
    preview,
    known,
    said,
    judge,
    choose,
    proposeName,
    loadOthers,
    wrongs,
    look,
    check,
    takeFix,
    submit,
    forget,
  }
})
