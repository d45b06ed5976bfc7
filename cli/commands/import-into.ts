import { appendFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { ImportedApp } from '#kit/import/import-app.ts'
import { type Import, importObjects } from '#kit/import/import-objects.ts'
import { outcomeText } from '#kit/import/report.ts'
import type { KubernetesObject } from '#kit/kubernetes-object.ts'
import { type Cli, type OutputFlags, print } from '../command.ts'
import { exit } from '../exit.ts'
import { directories, reportText, writeImport } from './import-files.ts'
import { proofLines, prove } from './import-proof.ts'

export type ImportFlags = OutputFlags & { readonly into: string; readonly kubeconfig?: string }

/** What is written besides, of an app whose source says more than its objects. */
export type Notes = {
  readonly source: string
  readonly guide: string
  readonly lines: readonly string[]
}

async function writeNotes(
  modules: readonly string[],
  { apps }: Import,
  notesOf: (app: ImportedApp) => Notes,
): Promise<readonly string[]> {
  const told: string[] = []
  for (const [index, app] of apps.entries()) {
    const file = modules[index]
    if (file === undefined) continue
    const { source, guide, lines } = notesOf(app)
    await appendFile(file, source)
    await appendFile(path.join(path.dirname(file), 'README.md'), guide)
    told.push(...lines)
  }
  return told
}

async function openServer(kubeconfig: string | undefined) {
  if (kubeconfig === undefined) return undefined
  // Loaded late: only this asks a cluster.
  const { openDryRun } = await import('../processes/import-dry-run.ts')
  return await openDryRun(kubeconfig)
}

/** Imports, writes, proves and tells. The exit code says failure where something came out differently. */
export async function importInto(
  cli: Cli,
  flags: ImportFlags,
  input: readonly KubernetesObject[],
  notesOf?: (app: ImportedApp) => Notes,
): Promise<void> {
  const found = importObjects(input)
  const modules = await writeImport(flags.into, found)
  const notes = notesOf ? await writeNotes(modules, found, notesOf) : []
  const server = await openServer(flags.kubeconfig)
  const way = server ? 'by a dry run on the cluster' : 'by comparison, without a cluster'
  try {
    const proof = await prove(input, found, modules, server?.differences)
    const lines = [...proofLines(proof, way), ...notes]
    await writeFile(path.join(flags.into, 'report.md'), reportText(found, lines))
    const isFaithful =
      proof.lost.length === 0 && proof.proofs.every(each => each.differences.length === 0)
    print(
      cli,
      flags,
      { ...summary(flags.into, found, modules, proof, way), notes },
      told(flags.into, found, lines),
    )
    if (!isFaithful) cli.exit(exit.failed)
  } finally {
    await server?.close()
  }
}

function summary(
  into: string,
  { apps, residue, made }: Import,
  modules: readonly string[],
  proof: object,
  way: string,
) {
  return {
    into,
    apps: apps.map(({ draft, outcomes, secrets }, index) => ({
      id: draft.id,
      module: modules[index],
      objects: outcomes,
      secrets: [...secrets.keys()],
    })),
    residue: residue.map(({ object, why, next }) => ({
      object: `${object.kind}/${object.metadata.name}`,
      why,
      next,
    })),
    made,
    way,
    ...proof,
  }
}

function told(into: string, { apps, residue, made }: Import, proof: readonly string[]): string[] {
  const places = directories(apps)
  return [
    ...apps.flatMap(({ draft, outcomes, secrets }, index) => [
      path.join(into, places[index] ?? draft.id, `${draft.id}.ts`),
      ...outcomes.map(each => `  ${each.object}  ${outcomeText(each)}`),
      ...(secrets.size > 0 ? [`  secrets to give: ${[...secrets.keys()].join(', ')}`] : []),
    ]),
    ...(residue.length > 0 ? [path.join(into, 'residue.yaml')] : []),
    ...residue.map(({ object, why }) => `  ${object.kind}/${object.metadata.name}  ${why}`),
    ...made.map(each => `  ${each}  left out: its owner makes it again`),
    ...proof,
    `Read ${path.join(into, 'report.md')} and the README.md beside each module.`,
  ]
}
