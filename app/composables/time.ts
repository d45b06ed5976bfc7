import { onScopeDispose, ref } from 'vue'
import { useI18n } from 'vue-i18n'

const steps: [Intl.RelativeTimeFormatUnit, number][] = [
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
  ['second', 1],
]

/** Times for people: `moment` as date and time in the reader's own zone, `ago` as "3 minutes ago", kept fresh. */
export function useTime() {
  const { locale } = useI18n()
  const now = ref(Date.now())
  const clock = setInterval(() => {
    now.value = Date.now()
  }, 10_000)
  onScopeDispose(() => clearInterval(clock))

  function moment(at: string): string {
    const format = new Intl.DateTimeFormat(locale.value, {
      dateStyle: 'medium',
      timeStyle: 'short',
    })
    return format.format(new Date(at))
  }

  function day(at: string): string {
    return new Intl.DateTimeFormat(locale.value, { dateStyle: 'medium' }).format(new Date(at))
  }

  function ago(at: string): string {
    const seconds = Math.min(0, Math.round((new Date(at).getTime() - now.value) / 1000))
    const format = new Intl.RelativeTimeFormat(locale.value, { numeric: 'auto' })
    for (const [unit, size] of steps)
      if (Math.abs(seconds) >= size) return format.format(Math.trunc(seconds / size), unit)
    return format.format(0, 'second')
  }

  return { moment, day, ago }
}
