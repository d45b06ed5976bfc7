import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

const folder = new URL('../../kit/kubernetes/generated/', import.meta.url)

test('the generated types are of the Kubernetes version that the control plane is pinned to', () => {
  const goMod = readFileSync(new URL('../control-plane/go.mod', import.meta.url), 'utf8')
  const pinned = /^\s*k8s\.io\/kubernetes (v\S+)/m.exec(goMod)?.[1]
  expect(pinned).toBeDefined()
  for (const file of readdirSync(folder)) {
    const [head] = readFileSync(new URL(file, folder), 'utf8').split('\n')
    expect(`${file}: ${head}`).toContain(`OpenAPI of Kubernetes ${pinned}.`)
  }
})
