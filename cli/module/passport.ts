import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parse } from 'yaml'
import { Passport } from '#kit/passport.ts'
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

async function passportFaults(folder: string): Promise<CheckFinding[]> {
  const text = await textOf(folder, 'passport.yaml')
  if (text === undefined)
    return [fault('passport.yaml', 'is not there: an app answers the transparency criteria')]
  try {
    const result = Passport.safeParse(parse(text))
    return (result.error?.issues ?? []).map(({ path, message }) =>
      fault(`passport.yaml /${path.join('/')}`, message),
    )
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

/** Passport, guide and picture: what a person sees of the app before it is deployed. */
export async function checkPassport(folder: string): Promise<RungResult> {
  const findings = [
    ...(await passportFaults(folder)),
    ...(await guideFaults(folder)),
    ...(await iconFaults(folder)),
  ]
  return looked('passport', 'passport, guide and picture', findings)
}
