import { readFile } from 'node:fs/promises'
import { createInterface } from 'node:readline/promises'
import { text } from 'node:stream/consumers'
import { run } from './program.ts'
import type { Terminal } from './terminal.ts'

const terminal: Terminal = {
  out: line => process.stdout.write(`${line}\n`),
  err: line => process.stderr.write(`${line}\n`),
  env: process.env,
  interactive: process.stdin.isTTY && process.stdout.isTTY,
  readStdin: () => text(process.stdin),
  ask: async question => {
    const lines = createInterface({ input: process.stdin, output: process.stderr })
    try {
      return await lines.question(question)
    } finally {
      lines.close()
    }
  },
}

// A reader that has enough (`kade list | head`) is no error.
process.stdout.on('error', error => {
  if ('code' in error && error.code === 'EPIPE') process.exit(0)
})
const { version }: { version: string } = JSON.parse(
  await readFile(new URL('../package.json', import.meta.url), 'utf8'),
)
process.exitCode = await run(process.argv.slice(2), terminal, version)
