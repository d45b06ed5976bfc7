import { defineStore } from 'pinia'
import { ref } from 'vue'
import type { App, AppSummary } from '#api/apps.ts'
import { client } from '../client.ts'
import { useEvents } from './events.ts'

const changes = new Set(['AppAdded', 'AppRemoved', 'resumed'])

/** The catalogue. It is small and seldom changes, so it is read once, kept, and read anew when somebody changed it. */
export const useApps = defineStore('apps', () => {
  const items = ref<AppSummary[]>([])
  const details = ref<Record<string, App>>({})

  useEvents().listen(event => {
    if (!changes.has(event.name)) return
    details.value = {}
    // What is shown stays until there is something newer.
    if (items.value.length) readAll().catch(() => {})
  })

  async function load(): Promise<void> {
    if (items.value.length === 0) await readAll()
  }

  async function readAll(): Promise<void> {
    const found: AppSummary[] = []
    let cursor: string | undefined
    do {
      const page = await client.listApps({ query: { limit: 200, ...(cursor ? { cursor } : {}) } })
      found.push(...page.items)
      cursor = page.next ?? undefined
    } while (cursor)
    items.value = found
  }

  async function read(id: string): Promise<App> {
    const known = details.value[id]
    if (known) return known
    const app = await client.readApp({ params: { app: id } })
    details.value[id] = app
    return app
  }

  /** The app's name for people, its id while the catalogue is not there yet. */
  function nameOf(id: string): string {
    return items.value.find(app => app.id === id)?.name ?? id
  }

  function find(id: string): AppSummary | undefined {
    return items.value.find(app => app.id === id)
  }

  return { items, details, load, read, nameOf, find }
})
