import { useI18n } from 'vue-i18n'
import type { App } from '#api/apps.ts'
import { questionsOf } from '../settings-schema.ts'
import { useText } from './text.ts'

const fixed: Readonly<Record<string, string>> = {
  '/app': 'deploy.step.app',
  '/namespace': 'deploy.place.namespace',
  '/name': 'deploy.place.name',
  '/cluster': 'deploy.place.cluster',
  '/placement': 'deploy.place.clusters',
  '/resources/requests/cpu': 'deploy.more.cpuRequest',
  '/resources/limits/cpu': 'deploy.more.cpuLimit',
  '/resources/requests/memory': 'deploy.more.memoryRequest',
  '/resources/limits/memory': 'deploy.more.memoryLimit',
  '/replicas': 'deploy.more.replicas',
  '/ingress/host': 'deploy.more.host',
  '/reason': 'deploy.more.reason',
}

/** What a form calls the field at a pointer; the pointer itself where it has no name for it. */
export function useFieldName(): (app: App | null | undefined, field: string) => string {
  const { t } = useI18n()
  const text = useText()
  return (app, field) => {
    const [, part, name = ''] = field.split('/')
    const key = fixed[field]
    if (key) return t(key)
    if (part === 'env') return t('deploy.field.env', { name })
    const question =
      part === 'settings' && app && questionsOf(app.settingsSchema).find(one => one.name === name)
    if (question) return text(question.title)
    const secret = part === 'secrets' && app?.secrets.find(one => one.name === name)
    if (secret) return text(secret.title)
    const need = part === 'bindings' && app?.needs.find(one => one.name === name)
    if (!need) return field
    const capability = t(`words.capability.${need.capability}`)
    return capability.charAt(0).toUpperCase() + capability.slice(1)
  }
}
