import { afterAll, beforeAll, describe } from 'vitest'
import { hayhooks } from './apps/hayhooks.ts'
import { jupyterlab } from './apps/jupyterlab.ts'
import { litellm } from './apps/litellm.ts'
import { marimo } from './apps/marimo.ts'
import { mlflow } from './apps/mlflow.ts'
import { journeyOf } from './journey.ts'
import { startKadeOnNode } from './kade-on-node.ts'

let ground: Awaited<ReturnType<typeof startKadeOnNode>>

beforeAll(async () => {
  ground = await startKadeOnNode()
})

afterAll(() => ground?.stop())

describe.each([hayhooks, jupyterlab, litellm, marimo, mlflow])('on a real node, $app', app =>
  journeyOf(app, () => ground),
)
