/** Reads manifests, and writes what an import made of them. */
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { parseAllDocuments, stringify } from 'yaml'
import type { ImportedApp } from '#kit/import/import-app.ts'
import type { Import } from '#kit/import/import-objects.ts'
import { moduleReadme, outcomeText } from '#kit/import/report.ts'
import { moduleSource } from '#kit/import/source.ts'
import type { KubernetesObject } from '#kit/kubernetes-object.ts'
import { at, text } from '#kit/lint/read.ts'
import { type Terminal, UsageError } from '../terminal.ts'

/** Larger than any set of manifests a person wrote, and small enough to hold. */
const largestBytes = 20 * 1024 * 1024

/** A name or namespace that an API server would take as a part of a path; it becomes a directory here. */
const isPathSegment = (name: unknown) =>
  typeof name === 'string' && /^[^/%\\\p{Cc}]+$/u.test(name) && name !== '.' && name !== '..'

function unfold(value: unknown, where: string): readonly KubernetesObject[] {
  if (value === null || value === undefined) return []
  const kind = text(at(value, 'kind'))
  const items = at(value, 'items')
  if (kind?.endsWith('List') && Array.isArray(items)) {
    return items.flatMap((each, index) => unfold(each, `${where}, item ${index + 1}`))
  }
  const isObject =
    kind !== undefined && text(at(value, 'apiVersion')) && text(at(value, 'metadata', 'name'))
  for (const field of ['name', 'namespace']) {
    const name = at(value, 'metadata', field)
    if (!isObject || (field === 'namespace' && name === undefined) || isPathSegment(name)) continue
    throw new UsageError({
      en: `${where} has the ${field} ${JSON.stringify(name)}, which no object can have; write small letters, digits and dashes.`,
      nl: `${where} heeft als ${field} ${JSON.stringify(name)}, wat geen object kan hebben; schrijf kleine letters, cijfers en streepjes.`,
    })
  }
  if (isObject) return [value as KubernetesObject] // it has all that makes one
  throw new UsageError({
    en: `${where} is no Kubernetes object: it needs apiVersion, kind and metadata.name. A template (Helm, Kustomize) is rendered first: helm template, kubectl kustomize.`,
    nl: `${where} is geen Kubernetes-object: het heeft apiVersion, kind en metadata.name nodig. Een sjabloon (Helm, Kustomize) wordt eerst gerenderd: helm template, kubectl kustomize.`,
  })
}

/**
 * Objects of one YAML or JSON text: all documents, lists unfolded.
 * @throws UsageError with the place of what cannot be read
 */
export function readManifests(content: string, file: string): readonly KubernetesObject[] {
  if (content.length > largestBytes)
    throw new UsageError({
      en: `${file} is larger than 20 MB; import it in parts.`,
      nl: `${file} is groter dan 20 MB; importeer het in delen.`,
    })
  return parseAllDocuments(content).flatMap((document, index) => {
    const [error] = document.errors
    if (error !== undefined)
      throw new UsageError({
        en: `${file} is no YAML: ${error.message}`,
        nl: `${file} is geen YAML: ${error.message}`,
      })
    try {
      return unfold(document.toJS(), `${file}, document ${index + 1}`)
    } catch (cause) {
      if (cause instanceof UsageError) throw cause
      throw new UsageError(
        {
          en: `${file}, document ${index + 1} cannot be read: ${cause}`,
          nl: `${file}, document ${index + 1} is niet te lezen: ${cause}`,
        },
        { cause },
      )
    }
  })
}

/** Objects of files, `-` for the standard input; each object once. */
export async function readFiles(
  terminal: Terminal,
  files: readonly string[],
): Promise<readonly KubernetesObject[]> {
  const objects: KubernetesObject[] = []
  const from = new Map<string, string>()
  for (const file of files) {
    const content = file === '-' ? await terminal.readStdin() : await contentOf(file)
    for (const object of readManifests(content, file === '-' ? 'standard input' : file)) {
      const { apiVersion, kind, metadata } = object
      const key = `${apiVersion.replace(/\/.*/, '')} ${kind} ${metadata.namespace ?? ''}/${metadata.name}`
      const before = from.get(key)
      if (before !== undefined) {
        throw new UsageError({
          en: `${kind}/${metadata.name} stands in ${before} and again in ${file}; leave one out.`,
          nl: `${kind}/${metadata.name} staat in ${before} en nog eens in ${file}; laat er een weg.`,
        })
      }
      from.set(key, file)
      objects.push(object)
    }
  }
  if (objects.length > 0) return objects
  throw new UsageError({
    en: 'There is no object in what was given.',
    nl: 'Er staat geen object in wat is opgegeven.',
  })
}

async function contentOf(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : cause
    throw new UsageError(
      { en: `${file} cannot be read: ${why}`, nl: `${file} is niet te lezen: ${why}` },
      { cause },
    )
  }
}

function commented(lines: readonly string[]): string {
  return lines.map(line => `# ${line.replaceAll(/[\r\n\u0085\u2028\u2029]+/g, ' ')}\n`).join('')
}

/** What is in no module: whole objects, and fields that were refused, each with what to do about it. */
export function residueText({ apps, residue }: Import): string {
  const objects = residue.map(
    ({ object, why, next }) =>
      `${commented([`Why: ${why}.`, `What to do: ${next}.`])}${stringify(object)}`,
  )
  const fields = apps.flatMap(({ adjustments }) =>
    adjustments
      .filter(each => each.kind === 'refused')
      .map(({ object, pointer, why, value }) =>
        commented([
          `${object}${pointer}: ${JSON.stringify(value)}`,
          `Why: ${why}.`,
          'What to do: do without it, or ask who runs the cluster.',
        ]),
      ),
  )
  return [...objects, ...(fields.length > 0 ? [fields.join('#\n')] : [])].join('---\n')
}

/** The directory of each app's module; by namespace too where two apps have one name. */
export function directories(apps: readonly ImportedApp[]): readonly string[] {
  return apps.map(({ draft, input }) => {
    const isTaken = apps.filter(each => each.draft.id === draft.id).length > 1
    return isTaken ? `${input.namespace}-${draft.id}` : draft.id
  })
}

/** The report as Markdown: every object that came in, and where it is now. */
export function reportText(found: Import, proof: readonly string[]): string {
  const places = directories(found.apps)
  const rows = [
    ...found.apps.flatMap((app, index) =>
      app.outcomes.map(each => [
        each.object,
        outcomeText(each),
        `${places[index]}/${app.draft.id}.ts`,
      ]),
    ),
    ...found.residue.map(({ object, why }) => [
      `${object.kind}/${object.metadata.name}`,
      `residue: ${why}`,
      'residue.yaml',
    ]),
    ...found.made.map(each => [each, 'left out: its owner makes it again', '']),
  ]
  const table = rows.map(cells => `| ${cells.join(' | ')} |\n`).join('')
  const proofs = proof.map(each => `- ${each}\n`).join('')
  return `# Import\n\n| object | how it came through | where it is |\n| --- | --- | --- |\n${table}\n## Proof\n\n${proofs}`
}

/**
 * Writes modules, guides, residue and report into a directory that is empty or not there yet.
 * @returns the paths of the modules
 */
export async function writeImport(into: string, found: Import): Promise<readonly string[]> {
  const there = await readdir(into).catch(() => [])
  if (there.length > 0) {
    throw new UsageError({
      en: `${into} is not empty; say another directory with --into, so that nothing of yours is overwritten.`,
      nl: `${into} is niet leeg; noem een andere map met --into, zodat er niets van jou wordt overschreven.`,
    })
  }
  const places = directories(found.apps)
  const paths: string[] = []
  for (const [index, app] of found.apps.entries()) {
    const folder = path.join(into, places[index] ?? app.draft.id)
    await mkdir(folder, { recursive: true })
    const file = path.join(folder, `${app.draft.id}.ts`)
    await writeFile(file, moduleSource(app))
    await writeFile(path.join(folder, 'README.md'), moduleReadme(app))
    paths.push(file)
  }
  await mkdir(into, { recursive: true })
  await writeFile(path.join(into, 'residue.yaml'), residueText(found))
  return paths
}
