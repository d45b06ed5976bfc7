/** Writes data down as TypeScript that a person goes on with. */

/** Text that stands for a value instead of the value itself, such as the name of a variable. */
export type Stand = (value: string, path: readonly string[]) => string | undefined

const width = 96

function escaped(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('`', '\\`').replaceAll('${', '\\${')
}

/** A text as a literal: many lines as they stand, one line in quotes. */
export function quoted(text: string): string {
  const isPlain = /^[^\p{Cc}\u2028\u2029]*$/u.test(text)
  if (isPlain) {
    if (!text.includes("'")) return `'${text.replaceAll('\\', '\\\\')}'`
    return JSON.stringify(text)
  }
  const onlyLines = /^[^\p{Cc}\u2028\u2029]*$/u.test(text.replaceAll('\n', ''))
  return onlyLines
    ? `\`${escaped(text)}\``
    : JSON.stringify(text).replace(
        /[\u2028\u2029]/g,
        each => `\\u${each.charCodeAt(0).toString(16)}`,
      )
}

/** A name as the key of an object. */
export function keyText(key: string): string {
  // `__proto__` as a plain key would set the prototype.
  if (key === '__proto__') return "['__proto__']"
  return /^[A-Za-z_$][\w$]*$/.test(key)
    ? key
    : quoted(key).replace(/^`[\s\S]*`$/, JSON.stringify(key))
}

/** A name inside a template literal, with `${…}` for the part that is a variable. */
export function template(variable: string, rest: string): string {
  return rest === '' ? variable : `\`\${${variable}}${escaped(rest)}\``
}

/**
 * A value as TypeScript.
 * @param indent spaces before the lines after the first
 * @param stand says what stands for a text, by the keys that lead to it
 */
export function literal(
  value: unknown,
  indent = 0,
  stand: Stand = () => undefined,
  path: readonly string[] = [],
): string {
  if (typeof value === 'string') return stand(value, path) ?? quoted(value)
  if (typeof value !== 'object' || value === null) return String(value)
  const entries = Array.isArray(value)
    ? value.map((each, index) => literal(each, indent + 2, stand, [...path, String(index)]))
    : Object.entries(value).map(([key, each]) => {
        const text = literal(each, indent + 2, stand, [...path, key])
        return text === key ? key : `${keyText(key)}: ${text}`
      })
  const [open, close] = Array.isArray(value) ? ['[', ']'] : ['{', '}']
  if (entries.length === 0) return `${open}${close}`
  const inner = entries.join(', ')
  const line = Array.isArray(value) ? `[${inner}]` : `{ ${inner} }`
  if (!line.includes('\n') && indent + line.length + 12 <= width) return line
  const pad = ' '.repeat(indent + 2)
  return `${open}\n${entries.map(each => `${pad}${each},\n`).join('')}${' '.repeat(indent)}${close}`
}
