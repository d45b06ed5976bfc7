import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { applySets, parseDuration, parseTarget, readSecrets, readValues } from './input.ts'
import type { Terminal } from './terminal.ts'

let directory: string
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'kade-cli-'))
})
afterAll(() => rm(directory, { recursive: true, force: true }))

const terminal = (stdin = ''): Terminal => ({
  out: () => {},
  err: () => {},
  env: {},
  interactive: false,
  readStdin: async () => stdin,
  ask: async () => '',
})

async function file(name: string, content: string): Promise<string> {
  const path = join(directory, name)
  await writeFile(path, content)
  return path
}

const schema = {
  type: 'object',
  properties: {
    title: { type: 'string' },
    workers: { type: 'integer' },
    share: { type: 'number' },
    open: { type: 'boolean' },
    models: { type: 'array', items: { type: 'string' } },
    limits: { type: 'object', properties: { size: { type: 'integer' } } },
    colour: { enum: ['red', 'blue'] },
    until: { anyOf: [{ type: 'string' }, { type: 'null' }] },
    labels: { type: 'object', additionalProperties: { type: 'string' } },
  },
}

describe('--set', () => {
  it('takes the type of the setting', () => {
    const sets = [
      'title=17',
      'workers=3',
      'share=0.5',
      'open=true',
      'models=["a","b"]',
      'limits.size=7',
      'colour=red',
      'until=null',
      'labels.team=a=b',
    ]
    expect(applySets({ title: 'old', limits: { other: 1 } }, sets, schema)).toEqual({
      title: '17',
      workers: 3,
      share: 0.5,
      open: true,
      models: ['a', 'b'],
      limits: { other: 1, size: 7 },
      colour: 'red',
      until: null,
      labels: { team: 'a=b' },
    })
  })

  it('refuses what does not fit, and names what there is', () => {
    expect(() => applySets({}, ['workers=many'], schema)).toThrow('it takes integer')
    expect(() => applySets({}, ['workers=1.5'], schema)).toThrow('it takes integer')
    expect(() => applySets({}, ['open=yes'], schema)).toThrow('it takes boolean')
    expect(() => applySets({}, ['worker=1'], schema)).toThrow('There are: title, workers')
    expect(() => applySets({}, ['limits.depth=1'], schema)).toThrow('There are: size')
    expect(() => applySets({}, ['title'], schema)).toThrow('--set name=value')
    expect(() => applySets({}, ['labels.__proto__=x'], schema)).toThrow('no setting')
  })

  it('leaves the settings it was given as they were', () => {
    const before = { limits: { size: 1 } }
    applySets(before, ['limits.size=2'], schema)
    expect(before).toEqual({ limits: { size: 1 } })
  })
})

describe('--values', () => {
  it('reads YAML and JSON to the same', async () => {
    const yaml = await file('a.yaml', 'workers: 3\nversion: 1.5.3\ntitle: "no"\n')
    const json = await file('a.json', '{"workers": 3, "version": "1.5.3", "title": "no"}')
    expect(await readValues(yaml)).toEqual(await readValues(json))
    expect(await readValues(await file('empty.yaml', ''))).toEqual({})
  })

  it('refuses repeated keys, bombs, lists and files that are not there', async () => {
    await expect(readValues(await file('b.yaml', 'a: 1\na: 2\n'))).rejects.toThrow('no YAML')
    await expect(readValues(await file('c.yaml', '- 1\n'))).rejects.toThrow('no object')
    const lines = ['a0: &a0 [x,x,x,x,x,x,x,x,x,x]']
    for (let i = 1; i < 12; i++)
      lines.push(
        `a${i}: &a${i} [${Array(10)
          .fill(`*a${i - 1}`)
          .join(',')}]`,
      )
    await expect(readValues(await file('d.yaml', lines.join('\n')))).rejects.toThrow('no YAML')
    await expect(readValues(join(directory, 'gone.yaml'))).rejects.toThrow('could not be read')
  })
})

describe('--secret', () => {
  it('comes from a file or standard input, without the last line break', async () => {
    const key = await file('key', 'line one\nline two\n')
    expect(await readSecrets(terminal('piped\r\n'), [`a=@${key}`, 'b=-'])).toEqual({
      a: 'line one\nline two',
      b: 'piped',
    })
    expect(await readSecrets(terminal(), [])).toBeUndefined()
  })

  it('is refused as a plain value, without repeating it', async () => {
    const refused = readSecrets(terminal(), ['key=canary-1'])
    await expect(refused).rejects.toThrow('history of your shell')
    await expect(refused).rejects.not.toThrow('canary')
    await expect(readSecrets(terminal(''), ['key=-'])).rejects.toThrow('is empty')
    await expect(readSecrets(terminal('x'), ['a=-', 'b=-'])).rejects.toThrow('Only one')
  })
})

it('a deployment is written namespace/name', () => {
  expect(parseTarget('team-a/chat')).toEqual({ namespace: 'team-a', name: 'chat' })
  for (const text of ['chat', 'a/b/c', '/chat', 'team-a/', ''])
    expect(() => parseTarget(text)).toThrow()
})

it('a time has a unit', () => {
  expect([parseDuration('90s'), parseDuration('10m'), parseDuration('1h')]).toEqual([
    90_000, 600_000, 3_600_000,
  ])
  for (const text of ['10', 'm', '-1s', '1.5m', '1d']) expect(() => parseDuration(text)).toThrow()
})
