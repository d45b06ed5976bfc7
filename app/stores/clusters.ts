import { defineStore } from 'pinia'
import { computed, ref } from 'vue'
import type { Cluster } from '#api/clusters.ts'
import { client } from '../client.ts'

export const useClusters = defineStore('clusters', () => {
  const items = ref<Cluster[]>([])
  const primary = computed(() => items.value.find(cluster => cluster.primary))

  async function load(): Promise<void> {
    items.value = (await client.listClusters({ query: { limit: 200 } })).items
  }

  return { items, primary, load }
})
