import { defineStore } from 'pinia'
import { ref } from 'vue'
import type { CreateNamespace, Namespace } from '#api/clusters.ts'
import { client } from '../client.ts'

export const useNamespaces = defineStore('namespaces', () => {
  const items = ref<Namespace[]>([])

  async function load(): Promise<void> {
    items.value = (await client.listNamespaces({ query: { limit: 200 } })).items
  }

  async function create(input: CreateNamespace): Promise<Namespace> {
    return keep(await client.createNamespace({ body: input }))
  }

  /** Has it prepared on every cluster, also on those that join later. */
  async function spread(namespace: string): Promise<Namespace> {
    return keep(await client.spreadNamespace({ params: { namespace }, body: {} }))
  }

  function keep(made: Namespace): Namespace {
    items.value = [...items.value.filter(({ name }) => name !== made.name), made].sort((a, b) =>
      a.name.localeCompare(b.name),
    )
    return made
  }

  return { items, load, create, spread }
})
