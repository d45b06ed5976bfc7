#!/usr/bin/env node
/** `kade` of the packed kit: the commands for who writes a module, without the rest of Kade. */
import { Command, CommanderError } from 'commander'
import { registerModule } from '../commands/module.ts'
import { exit } from '../exit.ts'
import { type Terminal, UsageError } from '../terminal.ts'

const terminal: Terminal = {
  out: line => process.stdout.write(`${line}\n`),
  err: line => process.stderr.write(`${line}\n`),
  env: process.env,
  interactive: false,
  readStdin: async () => '',
  ask: async () => '',
}

const program = new Command('kade')
  .description('Write a module for a Kade catalogue, and find what is wrong with it')
  .exitOverride()
registerModule(program, {
  terminal,
  connect: () => Promise.reject(new Error('The kit alone asks no Kade.')),
  exit: code => {
    process.exitCode = code
  },
})

try {
  await program.parseAsync()
} catch (error) {
  if (error instanceof CommanderError)
    process.exitCode = error.exitCode === 0 ? exit.done : exit.usage
  else if (error instanceof UsageError) {
    terminal.err(error.message)
    process.exitCode = exit.usage
  } else throw error
}
