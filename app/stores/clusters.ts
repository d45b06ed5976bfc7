import { defineStore } from 'pinia'
import { computed, ref } from 'vue'
import type { Cluster, HubHealth } from '#api/clusters.ts'
import { client } from '../client.ts'

export const useClusters = defineStore('clusters', () => {
  const items = ref<Cluster[]>([])
  const primary = computed(() => items.value.find(cluster => cluster.primary))

  const hub = ref<HubHealth>({ suspect: null })

  async function load(): Promise<void> {
    const page = await client.listClusters({ query: { limit: 200 } })
    items.value = page.items
    hub.value = page.hub
  }

  return { items, primary, hub, load }
})
