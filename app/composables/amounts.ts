import { useI18n } from 'vue-i18n'
import { bytesOf, coresOf } from '../amounts.ts'

/** Amounts of processor and memory in the reader's language. */
export function useAmounts() {
  const { locale, t } = useI18n()
  return {
    cores: (quantity: string) => {
      const count = coresOf(quantity, locale.value)
      return t('words.cores', { count }, count === '1' ? 1 : 2)
    },
    bytes: (quantity: string) => bytesOf(quantity, locale.value),
  }
}
