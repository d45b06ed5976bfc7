/** A stretch of a line: plain, code, marked as a whole, or a link to a web address. Marks may stand within marks. */
export type Span =
  | { kind: 'text'; text: string }
  | { kind: 'code'; text: string }
  | { kind: 'strong'; spans: Span[] }
  | { kind: 'emphasis'; spans: Span[] }
  | { kind: 'link'; spans: Span[]; to: string }

export type Block =
  | { kind: 'heading' | 'paragraph'; spans: Span[] }
  | { kind: 'code'; text: string }
  | { kind: 'list'; items: Span[][] }

// What stands within marks is bounded, and the text of a link has no `[`: of a stranger's line no part is tried over and over.
const marks =
  /`([^`]{1,2000})`|\*\*(.{1,2000}?)\*\*|(?<![\w*])\*([^\s*](?:[^*]{0,2000}[^\s*])?)\*(?![\w*])|\[((?:`[^`]{0,200}`|[^[\]`]){1,500})\]\((\S{1,2000}?)\)/g

/** Cuts a line into its spans. A link that is not to the web is plain text. */
export function spansOf(line: string): Span[] {
  const spans: Span[] = []
  let end = 0
  for (const match of line.matchAll(marks)) {
    if (match.index > end) spans.push({ kind: 'text', text: line.slice(end, match.index) })
    end = match.index + match[0].length
    const [, code, strong, emphasis, text, to] = match
    if (code !== undefined) spans.push({ kind: 'code', text: code })
    else if (strong !== undefined) spans.push({ kind: 'strong', spans: spansOf(strong) })
    else if (emphasis !== undefined) spans.push({ kind: 'emphasis', spans: spansOf(emphasis) })
    else if (to && /^https?:\/\//.test(to))
      spans.push({ kind: 'link', spans: spansOf(text ?? ''), to })
    else spans.push(...spansOf(text ?? ''))
  }
  if (end < line.length) spans.push({ kind: 'text', text: line.slice(end) })
  return spans
}

function joined(text: string): string {
  const lines = text.split('\n').map(line => line.trim())
  return lines.filter(Boolean).join(' ')
}

function blockOf(chunk: string): Block {
  if (chunk.startsWith('```')) return { kind: 'code', text: chunk.replace(/^```.*\n|\n?```$/g, '') }
  if (chunk.startsWith('#')) return { kind: 'heading', spans: spansOf(chunk.replace(/^#+\s*/, '')) }
  if (/^[-*] /.test(chunk)) {
    const items = chunk.split(/^[-*] /m).filter(item => item.trim())
    return {
      kind: 'list',
      items: items.map(item => spansOf(joined(item))),
    }
  }
  return { kind: 'paragraph', spans: spansOf(chunk.replace(/\n/g, ' ')) }
}

/** Headings, and a list that begins right under a paragraph, need no empty line before them to be blocks of their own. */
function apart(source: string): string {
  return source
    .replace(/^(#+ .*)$/gm, '\n$1\n')
    .replace(/(^|\n\n)((?![-*] ).+(?:\n(?![-*] ).+)*)\n(?=[-*] )/g, '$1$2\n\n')
}

/** Cut before and after each fence. One that nothing closes is none. */
function fencedApart(source: string): string[] {
  const lines = source.split('\n')
  const last = lines.lastIndexOf('```')
  const cuts: number[] = [0]
  let isOpen = false
  for (const [index, line] of lines.entries()) {
    if (isOpen && line === '```') cuts.push(index + 1)
    else if (!isOpen && line.startsWith('```') && index < last) cuts.push(index)
    else continue
    isOpen = !isOpen
  }
  return cuts.map((from, at) => lines.slice(from, cuts[at + 1]).join('\n'))
}

/**
 * The blocks of an app's README: headings, paragraphs, lists and fenced code of Markdown, as data, so that nothing of it can
 * become HTML. The first heading is left out: it is the app's name, which the page has already.
 */
export function blocksOf(source: string): Block[] {
  return fencedApart(source.replace(/^# .*\n/, ''))
    .flatMap(part => (part.startsWith('```') ? [part] : apart(part).split(/\n{2,}/)))
    .map(chunk => chunk.trim())
    .filter(Boolean)
    .map(blockOf)
}
