import type { z } from 'zod'
import type { settings } from './settings.ts'

const safety = { off: 0, moderate: 1, strict: 2 } as const

/** `settings.yml`: what differs from the maker's own. JSON is YAML. */
export function settingsFile(answers: z.output<typeof settings>): string {
  const { withoutEngines } = answers
  const file = {
    use_default_settings:
      withoutEngines.length === 0 ? true : { engines: { remove: withoutEngines } },
    general: { debug: false, instance_name: answers.title, enable_metrics: false },
    search: {
      safe_search: safety[answers.safeSearch],
      autocomplete: answers.suggestions === 'none' ? '' : answers.suggestions,
      default_lang: answers.searchLanguage,
      // Apps ask for JSON, which the maker leaves out.
      formats: ['html', 'json'],
    },
    server: { public_instance: false, image_proxy: answers.imageProxy, method: 'POST' },
    ui: { default_locale: answers.language === 'auto' ? '' : answers.language },
    outgoing: { request_timeout: answers.timeoutSeconds },
  }
  return `${JSON.stringify(file, null, 2)}\n`
}

const privateNetworks = [
  '127.0.0.0/8',
  '::1',
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  'fd00::/8',
]
const list = privateNetworks.map(each => `  '${each}',`).join('\n')

/**
 * `limiter.toml`: an ingress inside may say whose request it passes on; apps and people inside are not counted, for they ask for
 * JSON and would be taken for bots.
 */
export const limiterFile = `[botdetection]
trusted_proxies = [
${list}
]

[botdetection.ip_lists]
pass_ip = [
${list}
]
pass_searxng_org = false
`
