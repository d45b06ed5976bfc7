import { execFileSync } from 'node:child_process'
import { readFileSync, statSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../../', import.meta.url))

/** Files of the repository, as Git knows them, and new ones it does not ignore; relative to the root. */
export const files: readonly string[] = execFileSync(
  'git',
  ['ls-files', '--cached', '--others', '--exclude-standard', '-z'],
  { cwd: root, encoding: 'utf8' },
)
  .split('\0')
  .filter(file => file !== '' && isFile(file))

function isFile(file: string): boolean {
  return statSync(root + file, { throwIfNoEntry: false })?.isFile() ?? false
}

export function textOf(file: string): string {
  return readFileSync(root + file, 'utf8')
}

/** Source of ours: written by hand, in a language with rules. */
export function sources(...endings: readonly string[]): readonly string[] {
  return files.filter(file => endings.some(ending => file.endsWith(ending)))
}

export function lineCount(file: string): number {
  return textOf(file).split('\n').length - 1
}

/** The room a file stands in: its first folder, or the file itself at the root. */
export function roomOf(file: string): string {
  return file.split('/')[0] ?? file
}
