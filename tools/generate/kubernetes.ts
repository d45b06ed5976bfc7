/**
 * Writes `kit/kubernetes/generated/` from a live server's `/openapi/v3`: types for authors, and schemas for what they render. Only
 * a live server publishes the enums: the documents checked in at Kubernetes itself have none.
 *
 *   node tools/generate/kubernetes.ts <kubeconfig> [<kubectl>]
 */
import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { kubernetesSchemas } from './kubernetes-schemas.ts'
import { type Documents, kinds, kubernetesTypes } from './kubernetes-types.ts'

/** Asks a cluster for its version and the documents that everything is made from. */
function readDocuments(kubeconfig: string, kubectl: string) {
  const get = (path: string) =>
    JSON.parse(
      execFileSync(kubectl, ['--kubeconfig', kubeconfig, 'get', '--raw', path], {
        encoding: 'utf8',
        maxBuffer: 64 * 1024 * 1024,
        timeout: 30_000,
      }),
    )
  const documents: Documents = Object.fromEntries(
    Object.keys(kinds).map(path => [path, get(`/openapi/v3/${path}`)]),
  )
  const version: string = get('/version').gitVersion
  return { documents, version }
}

/** The generated files by name, as this cluster would have them. */
export function kubernetesFiles(kubeconfig: string, kubectl = 'kubectl'): Map<string, string> {
  const { documents, version } = readDocuments(kubeconfig, kubectl)
  return kubernetesTypes(documents, version).set(
    'schemas.ts',
    kubernetesSchemas(documents, version),
  )
}

if (import.meta.main) {
  const [kubeconfig, kubectl] = process.argv.slice(2)
  if (kubeconfig === undefined) throw new Error('usage: kubernetes.ts <kubeconfig> [<kubectl>]')
  const folder = new URL('../../kit/kubernetes/generated/', import.meta.url)
  mkdirSync(folder, { recursive: true })
  for (const [name, code] of kubernetesFiles(kubeconfig, kubectl))
    writeFileSync(new URL(name, folder), code)
}
