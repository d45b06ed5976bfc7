import type { z } from 'zod'
import type { Text } from '#api/names.ts'
import type { Violation } from '#api/problem.ts'
import { issueText } from '#kit/issue-text.ts'
import { escapePointer } from './escape-pointer.ts'

type Issue = z.core.$ZodIssue

/** Each issue of zod as a violation; a field nobody knows is one by itself. Messages never repeat the value. */
export function violationsOf(issues: readonly Issue[], root: string): Violation[] {
  return issues.flatMap(issue => {
    const at = root + issue.path.map(segment => `/${escapePointer(String(segment))}`).join('')
    switch (issue.code) {
      case 'unrecognized_keys':
        return issue.keys.map(key => ({
          pointer: `${at}/${escapePointer(key)}`,
          detail: { en: 'unknown field', nl: 'onbekend veld' },
        }))
      case 'invalid_union':
        return [{ pointer: at, detail: alternatives(issue.errors) }]
      case 'invalid_key':
        return [{ pointer: at, detail: joined(issue.issues.map(issueText), '; ') }]
      default:
        return [{ pointer: at, detail: issueText(issue) }]
    }
  })
}

function alternatives(errors: readonly (readonly Issue[])[]): Text {
  const told = (language: keyof Text, or: string) => {
    const each = errors.map(issues =>
      violationsOf(issues, '')
        .map(({ pointer, detail }) =>
          pointer ? `${pointer}: ${detail[language]}` : detail[language],
        )
        .join(', '),
    )
    return [...new Set(each)].join(or)
  }
  return {
    en: told('en', '; or ') || 'fits none of its alternatives',
    nl: told('nl', '; of ') || 'past bij geen van de mogelijkheden',
  }
}

function joined(texts: readonly Text[], by: string): Text {
  return { en: texts.map(one => one.en).join(by), nl: texts.map(one => one.nl).join(by) }
}
