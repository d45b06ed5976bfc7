import { expect } from 'vitest'
import { assembleImages } from '../images/assemble.ts'
import { chromaImage } from '../images/chroma.ts'
import type { RealApp } from '../real-app.ts'
import { answer } from './answer.ts'

const COLLECTION = 'tides'
const database = '/api/v2/tenants/default_tenant/databases/default_database'

type Collection = { readonly id: string }

/** Which of the documents that it keeps is nearest to a point. */
async function nearest(url: string, point: readonly number[]): Promise<unknown> {
  const { id } = await answer<Collection>(`${url}${database}/collections/${COLLECTION}`)
  const json = { query_embeddings: [point], n_results: 1, include: ['documents'] }
  return answer(`${url}${database}/collections/${id}/query`, { method: 'POST', json })
}

/** Texts with their vectors are stored, and the nearest is found. */
export const chroma: RealApp = {
  app: 'chroma',
  archives: () => assembleImages([chromaImage]),
  change: { settings: { maxRequestMB: 41 } },
  tooLittleMemory: '8Mi',
  async write({ url }) {
    const { id } = await answer<Collection>(`${url}${database}/collections`, {
      method: 'POST',
      json: { name: COLLECTION },
    })
    const json = {
      ids: ['low', 'high'],
      embeddings: [
        [0, 0, 1],
        [1, 0, 0],
      ],
      documents: ['low tide', 'high tide'],
    }
    await answer(`${url}${database}/collections/${id}/add`, { method: 'POST', json })
  },
  async read({ url }) {
    expect(await nearest(url, [0.9, 0, 0.1])).toMatchObject({
      ids: [['high']],
      documents: [['high tide']],
    })
  },
}
