import { glob, readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { blocksOf, spansOf } from './readme.ts'

test('keeps headings, paragraphs, lists and code apart', () => {
  const source =
    '# App\n\nWhat\nit is.\n## Data\n- one\n  more\n- two\n\n```sh\na\n\nb\n```\nEnd.\n'
  expect(blocksOf(source)).toEqual([
    { kind: 'paragraph', spans: [{ kind: 'text', text: 'What it is.' }] },
    { kind: 'heading', spans: [{ kind: 'text', text: 'Data' }] },
    {
      kind: 'list',
      items: [[{ kind: 'text', text: 'one more' }], [{ kind: 'text', text: 'two' }]],
    },
    { kind: 'code', text: 'a\n\nb' },
    { kind: 'paragraph', spans: [{ kind: 'text', text: 'End.' }] },
  ])
})

test('knows strong words, code and links to the web', () => {
  expect(spansOf('**Disk**: use `10Gi`, see [docs](https://example.org).')).toEqual([
    { kind: 'strong', spans: [{ kind: 'text', text: 'Disk' }] },
    { kind: 'text', text: ': use ' },
    { kind: 'code', text: '10Gi' },
    { kind: 'text', text: ', see ' },
    { kind: 'link', spans: [{ kind: 'text', text: 'docs' }], to: 'https://example.org' },
    { kind: 'text', text: '.' },
  ])
})

test('makes no link of an address that could run something', () => {
  expect(spansOf('[click](javascript:alert(1))')[0]).toEqual({ kind: 'text', text: 'click' })
})

test('knows marks within marks, and leaves a lonely star alone', () => {
  expect(spansOf('**the `KEY`** of *one* [`docs`](https://example.org), 2 * 3 * 4')).toEqual([
    {
      kind: 'strong',
      spans: [
        { kind: 'text', text: 'the ' },
        { kind: 'code', text: 'KEY' },
      ],
    },
    { kind: 'text', text: ' of ' },
    { kind: 'emphasis', spans: [{ kind: 'text', text: 'one' }] },
    { kind: 'text', text: ' ' },
    { kind: 'link', spans: [{ kind: 'code', text: 'docs' }], to: 'https://example.org' },
    { kind: 'text', text: ', 2 * 3 * 4' },
  ])
})

test('reads marks in a list that begins right under a paragraph', () => {
  expect(blocksOf('You need:\n- **Name**\n  of the page\n- `key`\n')).toEqual([
    { kind: 'paragraph', spans: [{ kind: 'text', text: 'You need:' }] },
    {
      kind: 'list',
      items: [
        [
          { kind: 'strong', spans: [{ kind: 'text', text: 'Name' }] },
          { kind: 'text', text: ' of the page' },
        ],
        [{ kind: 'code', text: 'key' }],
      ],
    },
  ])
})

test('leaves no mark raw in any README of the catalogue', async () => {
  for await (const file of glob('catalog/*/README.md')) {
    const plain: string[] = []
    const walk = (value: unknown): void => {
      if (typeof value !== 'object' || value === null) return
      if ('kind' in value && value.kind === 'text' && 'text' in value) plain.push(`${value.text}`)
      else for (const inner of Object.values(value)) walk(inner)
    }
    walk(blocksOf(await readFile(file, 'utf8')))
    expect(
      plain.filter(text => /\*\*|`|\]\(/.test(text)),
      file,
    ).toEqual([])
  }
})

test('takes an unclosed fence for text, and closes one at the first end of it', () => {
  const source = '```sh\na\n```\n```\nb\n```\n\nText\n```sh\nc\n'
  expect(blocksOf(source)).toEqual([
    { kind: 'code', text: 'a' },
    { kind: 'code', text: 'b' },
    { kind: 'paragraph', spans: [{ kind: 'text', text: 'Text ```sh c' }] },
  ])
})

test.each([
  ['brackets', '['],
  ['spaces', `- a${' '.repeat(60_000)}b`],
  ['fences', '```a\n'],
  ['code in brackets', '[`a`'],
  ['links', '[a]('],
  ['strong words', '**a '],
  ['stars', ' *a'],
  ['marks', '`*['],
])('reads a whole README of open %s in a moment', (_, piece) => {
  const source = piece.repeat(Math.ceil(65_536 / piece.length))
  const begun = performance.now()
  blocksOf(source)
  expect(performance.now() - begun).toBeLessThan(1_000)
})
