import { posix } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { files, textOf } from './files.ts'

const documents = files.filter(file => file.endsWith('.md'))
const folders = new Set(files.flatMap(file => parents(file)))

function parents(file: string): string[] {
  const folder = posix.dirname(file)
  return folder === '.' ? [] : [folder, ...parents(folder)]
}

/** Anchor of a heading, as GitHub and most renderers make it. */
function anchor(heading: string): string {
  return heading
    .trim()
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .replace(/\s/g, '-')
}

function anchorsOf(file: string): Set<string> {
  return new Set([...textOf(file).matchAll(/^#+\s+(.+)$/gm)].map(one => anchor(one[1] ?? '')))
}

/** Links of a document outside code, as written. */
function linksOf(file: string): string[] {
  const prose = textOf(file)
    .replace(/```[\s\S]*?```/g, '')
    .replace(/`[^`\n]*`/g, '')
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)].map(one => one[1] ?? '')
}

describe('links of documents', () => {
  it.each(documents)('%s lead somewhere', file => {
    const broken = linksOf(file).filter(link => {
      if (/^(https?:|mailto:)/.test(link)) return false
      const [path = '', fragment] = link.split('#')
      const to = path === '' ? file : posix.normalize(posix.join(posix.dirname(file), path))
      if (!files.includes(to) && !folders.has(to.replace(/\/$/, ''))) return true
      return fragment !== undefined && files.includes(to) && !anchorsOf(to).has(fragment)
    })
    expect(broken).toEqual([])
  })
})

describe('decisions in docs/adr', () => {
  const adrs = documents.filter(file => /^docs\/adr\/\d{4}-/.test(file))

  it('are numbered without a gap', () => {
    expect(adrs.map(file => Number(posix.basename(file).slice(0, 4)))).toEqual(
      adrs.map((_, i) => i + 1),
    )
  })

  it.each(adrs)('%s tells its status, context, decision and consequences', file => {
    const text = textOf(file)
    expect(text).toMatch(/^# \d+\. .+/)
    expect(text).toMatch(
      /^Status: (proposed|accepted|superseded by \[\d{4}\]\(.+\)), \d{4}-\d{2}-\d{2}$/m,
    )
    for (const part of ['Context', 'Decision', 'Consequences'])
      expect(text).toMatch(new RegExp(`^## ${part}$`, 'm'))
  })
})

it('publiccode.yml says what package.json says', () => {
  const described = parse(textOf('publiccode.yml'))
  const { license } = JSON.parse(textOf('package.json'))
  expect(described.publiccodeYmlVersion).toBe('0.7')
  expect(described.legal.license).toBe(license)
  for (const language of ['en', 'nl']) {
    const { shortDescription, longDescription, features } = described.description[language]
    expect(shortDescription.length).toBeLessThanOrEqual(150)
    expect(longDescription.length).toBeGreaterThanOrEqual(150)
    expect(features.length).toBeGreaterThan(0)
  }
})

describe('migrations', () => {
  const migrations = files
    .filter(file => file.startsWith('platform/adapters/database/migrations/'))
    .map(file => posix.basename(file))
    .sort()

  it('are numbered without a gap and named by what they do', () => {
    for (const [i, file] of migrations.entries())
      expect(file).toMatch(new RegExp(`^${String(i + 1).padStart(4, '0')}-[a-z0-9-]+\\.sql$`))
  })
})
