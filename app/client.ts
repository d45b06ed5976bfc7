import './zod-without-eval.ts'
import { createClient } from '#api/client.ts'
import { i18n } from './i18n.ts'

let csrf: string | undefined

/** Remembers the token that every change made with the session cookie carries. */
export function useCsrf(token: string | undefined): void {
  csrf = token
}

/** The HTTP API, as whoever is signed in. */
export const client = createClient({
  url: '',
  headers: (): Record<string, string> => ({
    'accept-language': i18n.global.locale.value,
    ...(csrf ? { 'x-csrf-token': csrf } : {}),
  }),
})
