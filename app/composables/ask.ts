import { ref, watch } from 'vue'
import type { Problem } from '#api/problem.ts'
import { troubleOf } from '../trouble.ts'

/**
 * Something asked of Kade: its answer, whether it is on its way, and what went wrong. The last answer stays while a new one
 * is awaited or failed; an answer that a newer question overtook is dropped. Asks at once, and again when `when` changes.
 */
export function useAsk<T>(question: () => Promise<T>, when?: () => unknown) {
  const answer = ref<T>()
  const problem = ref<Problem | null>(null)
  const busy = ref(false)
  let asked = 0

  async function ask(): Promise<void> {
    const mine = ++asked
    busy.value = true
    try {
      const found = await question()
      if (mine !== asked) return
      answer.value = found
      problem.value = null
    } catch (error) {
      if (mine === asked) problem.value = troubleOf(error)
    } finally {
      if (mine === asked) busy.value = false
    }
  }

  ask()
  if (when) watch(when, ask)
  return { answer, problem, busy, ask }
}

/** Something that changes: runs once at a time, keeps what went wrong; true when it went well. */
export function useAct() {
  const problem = ref<Problem | null>(null)
  const busy = ref(false)

  async function act(what: () => Promise<unknown>): Promise<boolean> {
    if (busy.value) return false
    busy.value = true
    problem.value = null
    try {
      await what()
      return true
    } catch (error) {
      problem.value = troubleOf(error)
      return false
    } finally {
      busy.value = false
    }
  }

  return { problem, busy, act }
}
