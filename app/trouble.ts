import { ProblemError } from '#api/client.ts'
import type { Problem } from '#api/problem.ts'
import { translate } from './i18n.ts'

/** What the portal calls a `stale` that is about the preview and not about somebody else's revision. */
const previewStale = 'preview-stale'

/** The change was decided on a preview that holds no more: there is a new one to look at. */
export function isPreviewStale(problem: Problem | null): boolean {
  return problem?.code === previewStale
}

function told(problem: Problem): Problem {
  const ofPreview = problem.violations?.some(({ pointer }) => pointer === '/preview') ?? false
  if (problem.code !== 'stale' || !ofPreview) return problem
  const { violations: _violations, ...rest } = problem
  return {
    ...rest,
    code: previewStale,
    title: translate('deploy.stale.title'),
    detail: translate('deploy.stale.detail'),
    next: translate('deploy.stale.next'),
  }
}

/** Any error as a problem a person can read: Kade's own word where it gave one, else that it could not be reached. */
export function troubleOf(error: unknown): Problem {
  if (error instanceof ProblemError) return told(error.problem)
  return {
    type: 'about:blank',
    status: 0,
    code: 'unreachable',
    title: translate('words.network.title'),
    detail: translate('words.network.detail'),
    next: translate('words.network.next'),
  }
}
