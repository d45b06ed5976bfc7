import { expect, test } from 'vitest'
import { run } from '../program.ts'

test('says what to install where nix is not there', async () => {
  const errors: string[] = []
  const terminal = {
    out: () => {},
    err: (line: string) => errors.push(line),
    env: { PATH: '/nowhere' },
    interactive: false,
    readStdin: async () => '',
    ask: async () => '',
  }
  expect(await run(['import', 'nix', '.'], terminal, '0.0.0')).toBe(2)
  expect(errors.join('\n')).toContain('apt-get install nix-bin')
})
