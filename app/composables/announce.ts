import { ref } from 'vue'

/** What the polite live region of the layout says. */
export const announcement = ref('')

/** Tells users of a screen reader what changed, without moving their focus. */
export function announce(text: string): void {
  announcement.value = text
}
