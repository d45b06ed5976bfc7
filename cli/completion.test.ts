import { describe, expect, it } from 'vitest'
import { completionOf } from './completion.ts'
import { createProgram } from './program.ts'

const terminal = {
  out: () => {},
  err: () => {},
  env: {},
  interactive: false,
  readStdin: async () => '',
  ask: async () => '',
}
const connect = () => Promise.reject(new Error('Nothing is asked here.'))
const program = createProgram({ terminal, connect, exit: () => {} }, '0.0.0')

/** The words that fit, of those that the commands know. */
function fitting(...line: string[]): string[] {
  const { candidates, word } = completionOf(program, line)
  return candidates.map(one => one.value).filter(value => value.startsWith(word))
}

function kindOf(...line: string[]) {
  return completionOf(program, line).kind
}

describe('the words of a command line', () => {
  it('are commands, and those of a group', () => {
    expect(fitting('')).toEqual(expect.arrayContaining(['deploy', 'list', 'completion']))
    expect(fitting('')).not.toContain('__complete')
    expect(fitting('del')).toEqual(['delete'])
    expect(fitting('operations', 'can')).toEqual(['cancel'])
  })

  it('are flags, but not after --', () => {
    expect(fitting('deploy', '--dry')).toEqual(['--dry-run'])
    expect(fitting('list', '-')).toContain('--namespace')
    expect(fitting('status', '--', '-')).toEqual([])
  })

  it('are choices of a flag or an argument', () => {
    expect(fitting('list', '-o', '')).toEqual(['text', 'json'])
    expect(fitting('namespaces', 'create', 'x', '--environment', 's')).toEqual(['staging'])
    expect(fitting('completion', '')).toEqual(['bash', 'zsh', 'fish'])
  })

  it('are the value of a flag in one word, and in three as bash breaks it', () => {
    expect(completionOf(program, ['list', '--output=j'])).toMatchObject({
      word: 'j',
      prefix: '--output=',
    })
    expect(fitting('list', '--output', '=', 'j')).toEqual(['json'])
    expect(fitting('list', '--output', '=')).toEqual(['text', 'json'])
  })

  it('stand for what the command calls them', () => {
    expect(kindOf('deploy', '')).toBe('app')
    expect(kindOf('deploy', 'qdrant', '-n', '')).toBe('namespace')
    expect(kindOf('deploy', 'qdrant', '--values', '')).toBe('file')
    expect(kindOf('deploy', 'qdrant', '')).toBeUndefined()
    expect(kindOf('deploy', '--wait', '')).toBe('app')
    expect(kindOf('list', '--cluster=', '')).toBeUndefined()
    expect(kindOf('list', '--cluster=')).toBe('cluster')
    for (const command of ['status', 'logs', 'update', 'rollback', 'restart', 'delete', 'open'])
      expect([command, kindOf(command, '')]).toEqual([command, 'deployment'])
  })
})
