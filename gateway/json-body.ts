import type { Text } from '#api/names.ts'
import { PlatformError } from '#platform/errors.ts'
import { escapePointer } from '#platform/escape-pointer.ts'
import { limits } from './limits.ts'

const notJson: Text = {
  en: 'not well-formed JSON (RFC 8259)',
  nl: 'geen welgevormde JSON (RFC 8259)',
}

/** Names that reach an object's prototype when somebody copies them carelessly further on. */
const dangerous = new Set(['__proto__', 'constructor', 'prototype'])

/**
 * Parses a JSON body so that it can mean one thing only: a repeated key, a whole number that a double cannot hold, a name
 * that reaches a prototype, text that no database holds, or nesting without end is refused. An empty body is `undefined`.
 * Throws `request-invalid` with the JSON Pointer of the place.
 */
export function parseJsonBody(text: string): unknown {
  if (text.trim() === '') return undefined
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    // The engine's own message quotes the text around the mistake, which may be a secret.
    throw new PlatformError('request-invalid', 'The body is not JSON.', {
      violations: [{ pointer: '', detail: notJson }],
    })
  }
  inspect(text)
  return value
}

type Level = { keys: Set<string> | undefined; at: string | number }

/** Walks the tokens of a text that is known to be well-formed. */
function inspect(text: string): void {
  const levels: Level[] = []
  const token = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?|[{}[\],:]/g
  let expectsKey = false
  for (const [lexeme] of text.matchAll(token)) {
    const level = levels.at(-1)
    if (lexeme.includes('\\u') && !isStorable(JSON.parse(lexeme)))
      refuse(levels, {
        en: 'holds U+0000 or half a surrogate pair',
        nl: 'bevat U+0000 of een half surrogaatpaar',
      })
    if (lexeme === '{' || lexeme === '[') {
      levels.push({ keys: lexeme === '{' ? new Set() : undefined, at: lexeme === '{' ? '' : 0 })
      if (levels.length > limits.jsonDepth)
        refuse(levels, {
          en: `nested deeper than ${limits.jsonDepth}`,
          nl: `dieper genest dan ${limits.jsonDepth}`,
        })
      expectsKey = lexeme === '{'
    } else if (lexeme === '}' || lexeme === ']') {
      levels.pop()
      expectsKey = false
    } else if (lexeme === ',') {
      if (typeof level?.at === 'number') level.at += 1
      expectsKey = level?.keys !== undefined
    } else if (expectsKey && level?.keys && lexeme.startsWith('"')) {
      const key = String(JSON.parse(lexeme))
      level.at = key
      if (dangerous.has(key))
        refuse(levels, { en: 'this name is not allowed', nl: 'deze naam is niet toegestaan' })
      if (level.keys.has(key))
        refuse(levels, { en: 'this name stands here twice', nl: 'deze naam staat hier twee keer' })
      level.keys.add(key)
      expectsKey = false
    } else if (/^-?\d+$/.test(lexeme) && !Number.isSafeInteger(Number(lexeme))) {
      refuse(levels, {
        en: 'a whole number beyond ±(2^53 − 1); send it as a string',
        nl: 'een geheel getal buiten ±(2^53 − 1); stuur het als string',
      })
    } else if (/^-?\d/.test(lexeme) && !Number.isFinite(Number(lexeme))) {
      refuse(levels, {
        en: 'a number too large to be held',
        nl: 'een getal dat te groot is om te bewaren',
      })
    }
  }
}

/** Whether PostgreSQL can hold a text: it takes neither U+0000 nor half a surrogate pair. */
export function isStorable(text: string): boolean {
  return text.isWellFormed() && !text.includes('\0')
}

function refuse(levels: readonly Level[], detail: Text): never {
  const pointer = levels.map(level => `/${escapePointer(String(level.at))}`).join('')
  throw new PlatformError('request-invalid', 'The body can be read in more than one way.', {
    violations: [{ pointer, detail }],
  })
}
