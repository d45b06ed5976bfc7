import { onScopeDispose, ref } from 'vue'
import type { RevealedSecret } from '#api/secrets.ts'
import { useAct } from './ask.ts'

/** Milliseconds that a value stays on the page. */
const shownFor = 60_000

/**
 * A secret value on the page: asked for by a click, gone again after a minute, and with the page. It is kept in this memory
 * alone: no store, no storage of the browser. `hidden` runs when the minute is over.
 */
export function useReveal(ask: (name: string) => Promise<RevealedSecret>, hidden: () => void) {
  const shown = ref<RevealedSecret | null>(null)
  const { problem, busy, act } = useAct()
  let hiding: ReturnType<typeof setTimeout> | undefined
  // An answer that comes after it was hidden again, or the page was left, is dropped.
  let asked = 0

  function hide(): void {
    asked++
    clearTimeout(hiding)
    shown.value = null
  }

  async function reveal(name: string): Promise<void> {
    if (busy.value) return
    hide()
    const mine = asked
    await act(async () => {
      const found = await ask(name)
      if (mine !== asked) return
      shown.value = found
      hiding = setTimeout(() => {
        hide()
        hidden()
      }, shownFor)
    })
  }

  // A browser may keep the page as it stands, to come back to it.
  window.addEventListener('pagehide', hide)
  onScopeDispose(() => {
    window.removeEventListener('pagehide', hide)
    hide()
  })
  return { shown, problem, busy, reveal, hide }
}
