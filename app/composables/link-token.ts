import { onMounted, onUnmounted, ref } from 'vue'

/** The token of a one-time link, out of the fragment; it leaves the address bar and the history before anything else happens. */
export function useLinkToken(name: string, found: (token: string) => void) {
  const missing = ref(false)
  function take() {
    const token = new URLSearchParams(location.hash.slice(1)).get(name)
    missing.value = !token
    if (!token) return
    history.replaceState(history.state, '', location.pathname + location.search)
    found(token)
  }
  onMounted(() => {
    take()
    // A second link opened in the same tab changes the fragment only.
    addEventListener('hashchange', take)
  })
  onUnmounted(() => removeEventListener('hashchange', take))
  return { missing }
}
