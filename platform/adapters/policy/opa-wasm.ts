import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { MessageChannel, receiveMessageOnPort, Worker } from 'node:worker_threads'
import { z } from 'zod'
import type { Finding } from '#api/findings.ts'
import type { PolicyInput } from '#platform/governance/policy-input.ts'
import type { Answer, Question, ThreadData } from './opa-wasm-thread.ts'
import type { PolicyEngine } from './policy-engine.ts'
import { policyError } from './policy-error.ts'
import { policyLimits, tooLarge } from './policy-limits.ts'
import { RuleFinding, readPolicyTexts, tell } from './policy-texts.ts'

/**
 * The policies as WebAssembly, in a thread of their own. The caller waits for the answer, as it would for a function;
 * the thread is what makes a deadline possible: one that does not answer in time is ended and another begun.
 */
export type OpaOptions = {
  readonly wasm?: URL
  readonly texts?: URL
  /** Milliseconds one evaluation may take. Under the limits of `policyLimits` it takes a few. */
  readonly deadline?: number
}

const root = new URL('../../../policies/', import.meta.url)
const startWithin = 20_000
const Result = z.tuple([z.object({ result: z.array(RuleFinding) })])

/** Loads the committed policies; rejects when they or their texts cannot be read. */
export async function loadOpaPolicyEngine(options: OpaOptions = {}): Promise<PolicyEngine> {
  const { wasm = new URL('compiled/policies.wasm', root), deadline = 2000 } = options
  const texts = await readPolicyTexts(options.texts ?? root)
  const bundle = `sha256:${createHash('sha256')
    .update(await readFile(wasm))
    .digest('hex')}`
  let thread: Thread | undefined = startThread(wasm)
  await thread.loaded

  const judge = (input: PolicyInput): readonly Finding[] => {
    const json = JSON.stringify(input)
    const size = tooLarge(input, json)
    if (size !== null) return [policyError('too-large', size)]
    thread ??= startThread(wasm)
    const answer = thread.ask(json, deadline)
    if (answer === 'not-loaded') return [policyError('starting', 'The policies are being loaded.')]
    if (answer === 'too-late' || 'error' in answer) {
      thread.end()
      thread = undefined
      const why = answer === 'too-late' ? `It took longer than ${deadline} ms.` : answer.error
      return [policyError('failed', why)]
    }
    const [{ result }] = Result.parse(answer.result)
    return inOrder(result.map(found => tell(found, texts))).slice(0, policyLimits.findings)
  }

  return {
    bundle,
    evaluate(input) {
      try {
        return judge(input)
      } catch (error) {
        return [policyError('failed', error instanceof Error ? error.message : String(error))]
      }
    },
    async close() {
      await thread?.end()
      thread = undefined
    },
  }
}

/** What denies first, so that a cut-off list still denies; then the order in which people can compare two answers. */
function inOrder(findings: readonly Finding[]): readonly Finding[] {
  const key = (one: Finding) =>
    [one.severity === 'deny' ? '0' : '1', one.policy, one.path, one.message.en].join('\n')
  return findings
    .map(finding => ({ finding, key: key(finding) }))
    .sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
    .map(({ finding }) => finding)
}

type Thread = {
  readonly loaded: Promise<void>
  ask(input: string, deadline: number): Answer | 'too-late' | 'not-loaded'
  end(): Promise<unknown>
}

function startThread(wasm: URL): Thread {
  const bell = new Int32Array(new SharedArrayBuffer(8))
  const { port1, port2 } = new MessageChannel()
  const data: ThreadData = { wasm: wasm.href, port: port2, bell }
  const worker = new Worker(new URL('./opa-wasm-thread.ts', import.meta.url), {
    workerData: data,
    transferList: [port2],
    name: 'policies',
  })
  // A process that has nothing else to do ends; an engine that is open must not keep it.
  worker.unref()
  port1.unref()
  const loaded = once(worker, 'message', { signal: AbortSignal.timeout(startWithin) }).then(
    () => {},
  )
  // Said again by whoever waits for `loaded`; a thread that breaks later answers no more, which is `too-late`.
  worker.on('error', () => {})
  loaded.catch(() => {})
  let last = 0

  return {
    loaded,
    ask(input, deadline) {
      last += 1
      const question: Question = { id: last, input }
      port1.postMessage(question)
      const until = performance.now() + deadline
      for (let rung = Atomics.load(bell, 0); rung !== last; rung = Atomics.load(bell, 0)) {
        const left = until - performance.now()
        if (left <= 0) return Atomics.load(bell, 1) === 1 ? 'too-late' : 'not-loaded'
        Atomics.wait(bell, 0, rung, left)
      }
      for (
        let message = receiveMessageOnPort(port1);
        message;
        message = receiveMessageOnPort(port1)
      ) {
        // Our own thread sends nothing but answers.
        const answer = message.message as Answer
        if (answer.id === last) return answer
      }
      return 'too-late'
    },
    end() {
      port1.close()
      return worker.terminate()
    },
  }
}
