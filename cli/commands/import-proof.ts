/** Proves that written modules render what came in: by a dry run on a cluster where one is given, else by our own comparison. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import type { App } from '#kit/app.ts'
import { type ImportedApp, renderImported } from '#kit/import/import-app.ts'
import type { Import } from '#kit/import/import-objects.ts'
import { differencesOf, lostFields, lostObjects } from '#kit/import/proof.ts'
import { exportName } from '#kit/import/source.ts'
import type { KubernetesObject } from '#kit/kubernetes-object.ts'

export type Proof = {
  readonly app: string
  /** Empty when the module renders what came in. */
  readonly differences: readonly string[]
  /** What a person has to answer before the module renders at all. */
  readonly open: readonly string[]
}

const kit = new URL('../../kit/', import.meta.url).href

/** The app of a written module, wherever it was written: its imports are led to this Kade. */
async function loadWritten(file: string, app: ImportedApp): Promise<App> {
  const directory = await mkdtemp(path.join(tmpdir(), 'kade-import-'))
  try {
    const source = (await readFile(file, 'utf8'))
      .replaceAll(
        /^(import .* from )'#kit\/(.*)'$/gm,
        (_, start, name) => `${start}'${kit}${name}'`,
      )
      .replace(/^(import .* from )'zod'$/m, (_, start) => `${start}'${import.meta.resolve('zod')}'`)
    const copy = path.join(directory, 'module.ts')
    await writeFile(copy, source)
    const exported: Record<string, App> = await import(pathToFileURL(copy).href)
    const loaded = exported[exportName(app.draft.id)]
    if (loaded === undefined) throw new Error(`${file} exports no ${exportName(app.draft.id)}`)
    return loaded
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

/** What a written module renders under its original names. One that a person has to answer first is built without the linter. */
export async function renderWritten(
  file: string,
  app: ImportedApp,
): Promise<readonly KubernetesObject[]> {
  const loaded = await loadWritten(file, app)
  return app.open.length > 0 ? renderImported(app) : loaded.render(app.input)
}

/**
 * Compares what came in with what each written module renders.
 * @param serverDifferences asks a cluster; undefined compares without one
 */
export async function prove(
  input: readonly KubernetesObject[],
  found: Import,
  files: readonly string[],
  serverDifferences?: (
    rendered: readonly KubernetesObject[],
    expected: readonly KubernetesObject[],
  ) => Promise<readonly string[]>,
): Promise<{ readonly lost: readonly string[]; readonly proofs: readonly Proof[] }> {
  const proofs: Proof[] = []
  for (const [index, app] of found.apps.entries()) {
    const rendered = await renderWritten(files[index] ?? '', app)
    const differences = differencesOf(rendered, app.expected)
    const onServer = (await serverDifferences?.(rendered, app.expected)) ?? []
    proofs.push({
      app: app.draft.id,
      differences: [...differences, ...onServer],
      open: app.open.map(({ pointer, detail }) => `${pointer}: ${detail}`),
    })
  }
  return { lost: [...lostObjects(input, found), ...found.apps.flatMap(lostFields)], proofs }
}

/** The proof in sentences. */
export function proofLines(
  { lost, proofs }: Awaited<ReturnType<typeof prove>>,
  way: string,
): readonly string[] {
  return [
    ...lost.map(each => `LOST: ${each}. This is a fault of Kade; please report it.`),
    ...proofs.flatMap(({ app, differences, open }) => [
      ...(differences.length === 0
        ? [`${app} renders what came in, ${way}.`]
        : differences.map(each => `${app}: ${each}`)),
      ...open.map(each => `${app} is refused by the platform until you answer ${each}`),
    ]),
  ]
}
