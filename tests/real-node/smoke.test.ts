import { afterAll, beforeAll, describe } from 'vitest'
import { chroma } from './apps/chroma.ts'
import { journeyOf } from './journey.ts'
import { startKadeOnNode } from './kade-on-node.ts'

let ground: Awaited<ReturnType<typeof startKadeOnNode>>

beforeAll(async () => {
  ground = await startKadeOnNode()
})

afterAll(() => ground?.stop())

// The smallest and quickest of the apps that run; the others are in apps.test.ts.
describe('on a real node', () => journeyOf(chroma, () => ground))
