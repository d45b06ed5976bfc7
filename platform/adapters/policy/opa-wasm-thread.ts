import { readFile } from 'node:fs/promises'
import { type MessagePort, parentPort, workerData } from 'node:worker_threads'
import { loadPolicy } from '@open-policy-agent/opa-wasm'

/**
 * The thread that evaluates. It gets an input as JSON text, answers on the port, and then rings: `bell[0]` is the
 * question last answered and wakes the waiting caller, `bell[1]` says that the policies are loaded.
 */
export type ThreadData = {
  readonly wasm: string
  readonly port: MessagePort
  readonly bell: Int32Array<SharedArrayBuffer>
}
export type Question = { readonly id: number; readonly input: string }
export type Answer =
  | { readonly id: number; readonly result: unknown }
  | { readonly id: number; readonly error: string }

// 64 KiB pages: 64 MiB at most, so that no input can take the memory of the process.
const memory = { initial: 8, maximum: 1024 }

// Given by opa-wasm.ts, which is typed with the same ThreadData.
const { wasm, port, bell } = workerData as ThreadData
const policy = await loadPolicy(await readFile(new URL(wasm)), memory)
Atomics.store(bell, 1, 1)
parentPort?.postMessage('loaded')

port.on('message', ({ id, input }: Question) => {
  port.postMessage(answer(id, input))
  Atomics.store(bell, 0, id)
  Atomics.notify(bell, 0)
})

function answer(id: number, input: string): Answer {
  try {
    return { id, result: policy.evaluate(JSON.parse(input), 'kade/findings') }
  } catch (error) {
    return { id, error: error instanceof Error ? error.message : String(error) }
  }
}
