import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'

const KEPT = 15

/**
 * Runs a program to its end and keeps what it says to itself, unless it fails: then the error has its first and its last
 * lines (npm tells the reason first and its usage after it). `signal` ends it: kindly, then after `grace` milliseconds for
 * sure. npm finishes the step it is in first, which can take a minute; what it leaves half done it begins again anyway.
 */
export function runProgram(program, args, options = {}) {
  const { cwd, env = process.env, signal, grace = 3_000 } = options
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd, env, signal, stdio: ['ignore', 'pipe', 'pipe'] })
    const endForSure = () => setTimeout(() => child.kill('SIGKILL'), grace).unref()
    signal?.addEventListener('abort', endForSure, { once: true })
    child.once('exit', () => signal?.removeEventListener('abort', endForSure))
    const first = []
    const last = []
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on('line', line => {
        if (first.length < KEPT) first.push(line)
        else last.push(line)
        if (last.length > KEPT) last.splice(0, last.length - KEPT, '…')
      })
    }
    child.once('error', reject)
    child.once('close', (code, killedBy) => {
      if (code === 0) return resolve()
      const command = [program, ...args].join(' ')
      const how = code === null ? `was ended by ${killedBy}` : `ended with ${code}`
      reject(new Error(`"${command}" ${how}. It said:\n${[...first, ...last].join('\n')}`))
    })
  })
}
