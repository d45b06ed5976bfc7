import { computed, ref } from 'vue'
import type { Violation } from '#api/problem.ts'
import { standing, type Verdict, wrongsSaid } from '../violations.ts'

/** What Kade said of the fields of a form, as long as they are as they were then. `body` is what would be sent now. */
export function useVerdict(body: () => unknown) {
  const verdict = ref<Verdict | null>(null)
  const said = computed(() => (verdict.value ? wrongsSaid(standing(verdict.value, body())) : {}))

  /** Keeps the violations of what is asked now; a secret value in it stays in memory. */
  function judge(violations: readonly Violation[] = []): void {
    verdict.value = violations.length
      ? { body: JSON.parse(JSON.stringify(body())), violations }
      : null
  }

  return { said, judge }
}
