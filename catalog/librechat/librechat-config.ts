import type { z } from 'zod'
import type { Bound } from '#kit/app.ts'
import type { settings } from './settings.ts'

type Known = {
  readonly settings: z.output<typeof settings>
  readonly needs: { readonly llm: Bound }
}

/** LibreChat's own configuration; JSON is YAML. The key stays in a variable: the file names it only. */
export function librechatConfig({ settings, needs: { llm } }: Known): string {
  const config = {
    version: '1.2.1',
    interface: {
      ...(settings.privacyPage !== '' && {
        privacyPolicy: { externalUrl: settings.privacyPage, openNewTab: true },
      }),
    },
    registration: {
      socialLogins: ['openid'],
      ...(settings.signupDomains.length > 0 && { allowedDomains: settings.signupDomains }),
    },
    endpoints: {
      custom: [
        {
          name: 'Models',
          // biome-ignore lint/suspicious/noTemplateCurlyInString: LibreChat fills in the variable
          apiKey: llm.key ? '${LLM_KEY}' : 'none',
          baseURL: llm.url,
          // The list comes from the server; the first name counts until it has answered.
          models: { default: [settings.defaultModel || 'default'], fetch: true },
          titleConvo: true,
          titleModel: 'current_model',
        },
      ],
    },
  }
  return `${JSON.stringify(config, null, 2)}\n`
}
