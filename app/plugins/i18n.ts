import { defineNuxtPlugin, useHead } from '#imports'
import { i18n } from '../i18n.ts'

export default defineNuxtPlugin(nuxtApp => {
  nuxtApp.vueApp.use(i18n)
  // Here and not in app.vue, so that the error page speaks the language it says it speaks.
  useHead({ htmlAttrs: { lang: () => i18n.global.locale.value } })
})
