import type { z } from 'zod'
import type { Bound, SecretRef } from '#kit/app.ts'
import type { settings } from './settings.ts'

type Known = {
  readonly settings: z.output<typeof settings>
  readonly needs: { readonly models: Bound | undefined }
  readonly secrets: Readonly<
    Record<'openaiKey' | 'anthropicKey' | 'mistralKey', SecretRef | undefined>
  >
}

type Model = { readonly model_name: string; readonly litellm_params: Record<string, string> }

/** The models of the bound server under their own names, and those of each provider whose key was given under its prefix. */
function models({ needs, secrets }: Known): readonly Model[] {
  const bound: readonly Model[] = needs.models
    ? [
        {
          model_name: '*',
          litellm_params: {
            model: 'openai/*',
            api_base: needs.models.url,
            // Never absent: it would fall back on OPENAI_API_KEY and show that key to the bound server.
            api_key: needs.models.key ? 'os.environ/BOUND_MODELS_KEY' : 'none',
          },
        },
      ]
    : []
  const providers: readonly (readonly [string, SecretRef | undefined, string])[] = [
    ['openai/*', secrets.openaiKey, 'OPENAI_API_KEY'],
    ['anthropic/*', secrets.anthropicKey, 'ANTHROPIC_API_KEY'],
    ['mistral/*', secrets.mistralKey, 'MISTRAL_API_KEY'],
  ]
  const offered = providers
    .filter(([, key]) => key !== undefined)
    .map(([model, , variable]) => ({
      model_name: model,
      litellm_params: { model, api_key: `os.environ/${variable}` },
    }))
  return [...bound, ...offered]
}

/** The proxy's configuration; JSON is YAML. Keys stay in variables: the file names them only. */
export function proxyConfig(known: Known): string {
  const { settings } = known
  const config = {
    model_list: models(known),
    litellm_settings: {
      request_timeout: settings.timeoutSeconds,
      num_retries: settings.retries,
      drop_params: settings.dropUnknownParameters,
      turn_off_message_logging: !settings.logMessages,
    },
    router_settings: { routing_strategy: settings.routing },
    general_settings: { master_key: 'os.environ/LITELLM_MASTER_KEY' },
  }
  return `${JSON.stringify(config, null, 2)}\n`
}
