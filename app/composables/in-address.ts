import { computed } from 'vue'
import { useRoute, useRouter } from '#imports'

/** What is chosen stands in the address, so that it can be sent to somebody; an empty text where nothing is. */
export function useInAddress(name: string) {
  const route = useRoute()
  const router = useRouter()
  return computed({
    get: () => {
      const chosen = route.query[name]
      return typeof chosen === 'string' ? chosen : ''
    },
    set: chosen => {
      const { [name]: _before, ...others } = route.query
      router.replace({ query: chosen ? { ...others, [name]: chosen } : others })
    },
  })
}
