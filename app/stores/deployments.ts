import { defineStore } from 'pinia'
import { reactive, ref } from 'vue'
import type { Deployment } from '#api/deployments.ts'
import { client } from '../client.ts'

export type Filters = {
  q: string
  health: string
  app: string
  namespace: string
  sort: 'name' | '-createdAt' | 'health'
}

/** The list of deployments: filtered, sorted and paged by the server, never here. */
export const useDeployments = defineStore('deployments', () => {
  const items = ref<Deployment[]>([])
  const next = ref<string | null>(null)
  const filters = reactive<Filters>({ q: '', health: '', app: '', namespace: '', sort: 'name' })
  let asked = 0

  function query() {
    const { q, health, app, namespace, sort } = filters
    return {
      sort,
      ...(q ? { q } : {}),
      ...(health ? { health } : {}),
      ...(app ? { app } : {}),
      ...(namespace ? { namespace } : {}),
    }
  }

  /** Reads again what is shown; an answer that a newer question overtook is dropped. */
  async function load(): Promise<void> {
    const mine = ++asked
    const limit = Math.min(200, Math.max(50, items.value.length))
    const page = await client.listDeployments({ query: { ...query(), limit } })
    if (mine !== asked) return
    items.value = page.items
    next.value = page.next
  }

  async function more(): Promise<void> {
    if (!next.value) return
    const mine = ++asked
    const page = await client.listDeployments({ query: { ...query(), cursor: next.value } })
    if (mine !== asked) return
    items.value = [...items.value, ...page.items]
    next.value = page.next
  }

  return { items, next, filters, load, more }
})
