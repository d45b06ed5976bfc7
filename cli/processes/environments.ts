import { readFile } from 'node:fs/promises'
import { parse } from 'yaml'
import { environmentDefinitions, shelfEnvironments } from '#catalog/environments.ts'
import { catalog } from '#catalog/index.ts'
import {
  type EnvironmentDefinition,
  EnvironmentError,
  type Environments,
  environments,
} from '#kit/environment.ts'
import { environmentNames } from '#kit/environment-name.ts'
import { PlatformError } from '#platform/errors.ts'

/**
 * What dev, staging and prod give the deployments of this Kade: as an organisation's own YAML file says (`KADE_ENVIRONMENTS`), and
 * for an environment that is not in it, as the shelf says. Throws `request-invalid` with everything that is wrong. Apps from outside,
 * which come and go while Kade runs, are told of by `tellOfAddedApps`.
 */
export async function readEnvironments(file: string | undefined): Promise<Environments> {
  if (!file) return shelfEnvironments
  const written = await readYaml(file)
  const unknown = Object.keys(written).filter(
    name => !environmentNames.some(known => known === name),
  )
  if (unknown.length > 0)
    throw unusable(
      file,
      `it names ${unknown.join(', ')}, and there are only ${environmentNames.join(', ')}`,
    )
  try {
    // Its types are checked where the environments are made.
    const own = written as Partial<Record<(typeof environmentNames)[number], EnvironmentDefinition>>
    return environments(
      { ...environmentDefinitions, ...own },
      catalog.map(each => each.app),
      'allowed',
    )
  } catch (error) {
    if (error instanceof EnvironmentError) throw unusable(file, error.message, error)
    throw error
  }
}

async function readYaml(file: string): Promise<Record<string, unknown>> {
  try {
    const text = await readFile(file, 'utf8')
    const value: unknown = parse(text, { maxAliasCount: 100, uniqueKeys: true, version: '1.2' })
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value }
  } catch (error) {
    throw unusable(file, error instanceof Error ? error.message : String(error), error)
  }
  throw unusable(file, 'it holds no environments')
}

function unusable(file: string, why: string, cause?: unknown): PlatformError {
  return new PlatformError(
    'request-invalid',
    `KADE_ENVIRONMENTS names ${file}, which cannot be used: ${why}`,
    {
      ...(cause === undefined ? {} : { cause }),
      next: 'Correct the file, or leave KADE_ENVIRONMENTS out. docs/how-to/use-environments.md tells what may stand in it.',
    },
  )
}
