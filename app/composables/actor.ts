import { useI18n } from 'vue-i18n'
import { useSession } from '../stores/session.ts'

/** Whose act it was, for people: the reader themself, or the account as Kade knows it. */
export function useActor(): (actor: string) => string {
  const { t } = useI18n()
  const session = useSession()
  return actor => (actor === session.session?.account.id ? t('words.you') : actor)
}
