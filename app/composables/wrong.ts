import { useI18n } from 'vue-i18n'
import type { Wrongs } from '../draft-checks.ts'
import { useText } from './text.ts'

/** Words for what is wrong with the field at a JSON Pointer. */
export function useWrong(wrongs: () => Wrongs): (pointer: string) => string | undefined {
  const { t } = useI18n()
  const text = useText()
  return pointer => {
    const wrong = wrongs()[pointer]
    return (
      wrong &&
      t(`deploy.wrong.${wrong.key}`, {
        limit: wrong.limit ?? '',
        name: wrong.name ?? '',
        text: wrong.text ? text(wrong.text) : '',
      })
    )
  }
}
