import type { AppSummary } from '#api/apps.ts'

/** What a visitor of the catalogue asks of an app, besides words and a category. */
export const demands = {
  openSource: app => app.openSource === 'yes',
  selfHostable: app => app.selfHostable === 'yes',
  dpia: app => app.dpia === 'yes' || app.dpia === 'partly',
  accessibility: app => app.accessibility === 'yes' || app.accessibility === 'partly',
  lowRisk: app => !/high|unacceptable/.test(app.aiRisk),
} as const satisfies Record<string, (app: AppSummary) => boolean>

export type Demand = keyof typeof demands
export const demandNames: Demand[] = [
  'openSource',
  'selfHostable',
  'dpia',
  'accessibility',
  'lowRisk',
]

export type Search = { words: string; category: string; demands: readonly Demand[] }

/** The apps that answer a search: every word found in name, category or description of either language. */
export function appsFor(apps: readonly AppSummary[], search: Search): AppSummary[] {
  const words = search.words.toLowerCase().split(/\s+/).filter(Boolean)
  return apps.filter(app => {
    if (search.category && app.category !== search.category) return false
    const text =
      `${app.name} ${app.id} ${app.category} ${app.description.en} ${app.description.nl}`.toLowerCase()
    return (
      words.every(word => text.includes(word)) && search.demands.every(name => demands[name](app))
    )
  })
}

const icons: Record<string, string> = {
  'chat-assistant': 'i-lucide-messages-square',
  'model-server': 'i-lucide-brain-circuit',
  'model-gateway': 'i-lucide-waypoints',
  'vector-database': 'i-lucide-database',
  database: 'i-lucide-database',
  'experiment-tracking': 'i-lucide-flask-conical',
  speech: 'i-lucide-mic',
  'document-processing': 'i-lucide-file-text',
  'agent-builder': 'i-lucide-bot',
  'workflow-automation': 'i-lucide-workflow',
  observability: 'i-lucide-telescope',
  notebook: 'i-lucide-notebook-pen',
  'data-labelling': 'i-lucide-tags',
  translation: 'i-lucide-languages',
  privacy: 'i-lucide-shield-check',
  search: 'i-lucide-search',
  'image-generation': 'i-lucide-image',
  'ai-governance': 'i-lucide-scale',
}

/** The picture of a category; a container for one we have not met. */
export function iconOf(category: string): string {
  return icons[category] ?? 'i-lucide-container'
}
