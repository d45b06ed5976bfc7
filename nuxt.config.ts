/**
 * The portal: a single page application, built to static files that the gateway serves under a strict
 * Content-Security-Policy (`style-src 'self'`, scripts by hash, nothing from elsewhere).
 * Whatever would inject a `<style>` element at run time is therefore switched off here.
 */
export default defineNuxtConfig({
  compatibilityDate: '2026-11-01',
  ssr: false,
  telemetry: false,
  devtools: { enabled: false },
  modules: ['@nuxt/ui', '@pinia/nuxt'],
  css: ['@fontsource-variable/atkinson-hyperlegible-next/wght.css', '~/assets/main.css'],
  ui: { fonts: false, theme: { colors: ['primary', 'success', 'info', 'warning', 'error'] } },
  colorMode: { storageKey: 'kade-theme', disableTransition: false },
  icon: {
    provider: 'none',
    // SVG elements; the CSS mode would inject a style element for each icon.
    mode: 'svg',
    clientBundle: {
      scan: { globInclude: ['app/**/*.{vue,ts}'], globExclude: [] },
      sizeLimitKb: 128,
    },
  },
  dir: { public: 'app/public' },
  imports: { scan: false },
  pinia: { storesDirs: [] },
  components: [{ path: '~/components', pathPrefix: false }],
  app: {
    head: {
      title: 'Kade',
      htmlAttrs: { lang: 'en' },
      meta: [
        { name: 'viewport', content: 'width=device-width, initial-scale=1' },
        { name: 'color-scheme', content: 'light dark' },
      ],
      link: [{ rel: 'icon', type: 'image/svg+xml', href: '/icon.svg' }],
    },
  },
  hooks: {
    // Nuxt UI's colours stand in app/assets/main.css: its plugin writes them as a style element.
    'app:resolve': app => {
      app.plugins = app.plugins.filter(plugin => !/@nuxt\/ui\/.*\/plugins\/colors/.test(plugin.src))
    },
  },
  experimental: { payloadExtraction: false, appManifest: false },
  typescript: { strict: true, tsConfig: { compilerOptions: { noUncheckedIndexedAccess: true } } },
  vite: { build: { target: 'es2023' } },
})
