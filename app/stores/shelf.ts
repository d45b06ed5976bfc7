import { defineStore } from 'pinia'
import { ref } from 'vue'
import type { AppList } from '#api/app-filters.ts'
import { client } from '../client.ts'
import { askOf, type ShelfQuery } from '../shelf.ts'

/** What the catalogue page shows: searched, narrowed and paged by the server, never here. */
export const useShelf = defineStore('shelf', () => {
  const found = ref<AppList | null>(null)
  let asked = 0

  /** Reads the first page; an answer that a newer question overtook is dropped. */
  async function load(query: ShelfQuery): Promise<void> {
    const mine = ++asked
    const list = await client.listApps({ query: askOf(query) })
    if (mine === asked) found.value = list
  }

  async function more(query: ShelfQuery): Promise<void> {
    const before = found.value
    if (!before?.next) return
    const mine = ++asked
    const list = await client.listApps({ query: { ...askOf(query), cursor: before.next } })
    if (mine === asked) found.value = { ...list, items: [...before.items, ...list.items] }
  }

  return { found, load, more }
})
