import { useI18n } from 'vue-i18n'
import type { Question } from '../settings-schema.ts'
import { useText } from './text.ts'

/** An answer to a question, in words: Yes, a choice's own name, else as it would be typed. */
export function useAnswer(): (question: Question, value: unknown) => string {
  const { t } = useI18n()
  const text = useText()
  return (question, value) => {
    if (typeof value === 'boolean') return t(value ? 'deploy.settings.yes' : 'deploy.settings.no')
    const choice = question.kind === 'choice' && question.choices.find(one => one.value === value)
    if (choice) return text(choice.title)
    if (value === undefined || value === null || (Array.isArray(value) && !value.length)) return ''
    return typeof value === 'string' ? value : JSON.stringify(value)
  }
}
