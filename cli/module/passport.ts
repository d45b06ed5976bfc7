import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parse } from 'yaml'
import { readDocuments } from '#catalog/documents.ts'
import type { App } from '#kit/app.ts'
import { Passport, testedFaults } from '#kit/passport.ts'
import { checkDocuments } from '#kit/passport-documents.ts'
import { type CheckFinding, looked, type RungResult } from './report.ts'

const headings = ['What you need', 'The questions', 'Data', 'Upgrades']

const fault = (pointer: string, detail: string): CheckFinding => ({
  rule: 'passport',
  pointer,
  detail,
  seenIn: [],
})

async function textOf(folder: string, file: string): Promise<string | undefined> {
  return await readFile(join(folder, file), 'utf8').catch(() => undefined)
}

async function passportFaults(
  folder: string,
  app: Pick<App, 'version'> | null,
): Promise<CheckFinding[]> {
  const text = await textOf(folder, 'passport.yaml')
  if (text === undefined)
    return [fault('passport.yaml', 'is not there: an app answers the transparency criteria')]
  try {
    const result = Passport.safeParse(parse(text))
    if (!result.success)
      return result.error.issues.map(({ path, message }) =>
        fault(`passport.yaml /${path.join('/')}`, message),
      )
    const now = new Date()
    const claims = app === null ? [] : testedFaults(result.data, app, now)
    const documents = readDocuments(folder, result.data)
    return [
      ...claims.map(detail => fault('passport.yaml /tested', detail)),
      ...checkDocuments(result.data.criteria, documents, now).flatMap(({ file, findings }) =>
        findings.map(({ en }) => fault(file, en)),
      ),
    ]
  } catch (error) {
    return [fault('passport.yaml', error instanceof Error ? error.message : String(error))]
  }
}

async function guideFaults(folder: string): Promise<CheckFinding[]> {
  const text = await textOf(folder, 'README.md')
  if (text === undefined) return [fault('README.md', 'is not there: it is the guide of the app')]
  return headings
    .filter(heading => !text.includes(`\n## ${heading}\n`))
    .map(heading => fault('README.md', `has no heading "## ${heading}"`))
}

async function iconFaults(folder: string): Promise<CheckFinding[]> {
  const text = await textOf(folder, 'icon.svg')
  if (text === undefined) return [fault('icon.svg', 'is not there: the catalogue shows it')]
  return text.startsWith('<svg ') ? [] : [fault('icon.svg', 'does not begin with <svg')]
}

/**
 * Passport, guide and picture: what a person sees of the app before it is deployed. Without the app, of a module that does not
 * load, the claims about its version are not looked at.
 */
export async function checkPassport(
  folder: string,
  app: Pick<App, 'version'> | null,
): Promise<RungResult> {
  const findings = [
    ...(await passportFaults(folder, app)),
    ...(await guideFaults(folder)),
    ...(await iconFaults(folder)),
  ]
  return looked('passport', 'passport, guide and picture', findings)
}
