/**
 * Failures that tests play on simulated nodes. A pod that bears the label `tests.kade.dev/plays` with one of the names below
 * fails that way, or asks for its amount of memory (for tests that come in by the door, where nobody can label a pod); every
 * other pod is played as always. Give the stages to `startTestCluster(name, { stages: podStages })`.
 */

type Stage = { apiVersion: string; kind: string; metadata: { name: string }; spec: unknown }

export const playsLabel = 'tests.kade.dev/plays'

export type PlayedFailure = 'image-pull-failure' | 'crash-loop' | 'never-ready' | 'exit-with-error'

/** For pod templates: `labels: { ...plays('crash-loop') }`. */
export function plays(failure: PlayedFailure): Record<string, string> {
  return { [playsLabel]: failure }
}

const conditions = `conditions:
- { type: Initialized, status: "True", lastTransitionTime: {{ $now | Quote }} }
- { type: Ready, status: "False", reason: ContainersNotReady, message: "containers with unready status", lastTransitionTime: {{ $now | Quote }} }
- { type: ContainersReady, status: "False", reason: ContainersNotReady, message: "containers with unready status", lastTransitionTime: {{ $now | Quote }} }
`

/** The request for memory by which a container of a deployment asks to fail. */
export const playedBy: Readonly<Record<PlayedFailure, string>> = {
  'image-pull-failure': '701Mi',
  'crash-loop': '702Mi',
  'never-ready': '703Mi',
  'exit-with-error': '704Mi',
}

/** A status as the kubelet would report it; `state` is what each container says of itself, indented by two. */
function status(phase: 'Pending' | 'Running' | 'Failed', restarts: number, state: string): string {
  return `{{ $now := Now }}
${conditions}containerStatuses:
{{ range .spec.containers }}
- name: {{ .name | Quote }}
  image: {{ .image | Quote }}
  imageID: ""
  ready: false
  started: false
  restartCount: ${restarts}
${state}
{{ end }}
phase: ${phase}
startTime: {{ $now | Quote }}
`
}

function stage(failure: PlayedFailure, template: string): Stage {
  const steps = [{ patch: { root: 'status', subresource: 'status', template } }]
  return podStage(`plays-${failure}`, failure, 'DoesNotExist', { steps })
}

const memory = '.spec.containers[0].resources.requests.memory'
/** The failure a pod plays, by its label or by its memory; nothing for all others. */
const played = Object.entries(playedBy).reduce(
  (otherwise, [failure, amount]) =>
    `if ${memory} == "${amount}" then "${failure}" else ${otherwise} end`,
  `.metadata.labels["${playsLabel}"]`,
)

/** Keeps a Pending pod as it is: kwok's "pod-ready" would take it for one that has yet to start. */
function stay(failure: PlayedFailure): Stage {
  const day = 24 * 3600 * 1000
  return podStage(`stays-${failure}`, failure, 'Exists', {
    delay: { durationMilliseconds: day },
    steps: [],
  })
}

function podStage(
  name: string,
  failure: PlayedFailure,
  started: 'Exists' | 'DoesNotExist',
  rest: object,
): Stage {
  const matchExpressions = [
    { jq: { key: played, operator: 'In', values: [failure] } },
    { jq: { key: '.metadata.deletionTimestamp', operator: 'DoesNotExist' } },
    { jq: { key: '.status.startTime', operator: started } },
  ]
  return {
    apiVersion: 'kwok.x-k8s.io/v1alpha1',
    kind: 'Stage',
    metadata: { name },
    spec: {
      resourceRef: { apiGroup: 'v1', kind: 'Pod' },
      // kwok's own "pod-ready" weighs nothing, so a stage with weight is always taken instead.
      weight: 1,
      selector: { matchExpressions },
      ...rest,
    },
  }
}

export const podStages: readonly Stage[] = [
  stage(
    'image-pull-failure',
    status(
      'Pending',
      0,
      `  state:
    waiting:
      reason: ImagePullBackOff
      message: {{ printf "Back-off pulling image %s: not found" .image | Quote }}`,
    ),
  ),
  stay('image-pull-failure'),
  stage(
    'crash-loop',
    status(
      'Running',
      5,
      `  state:
    waiting:
      reason: CrashLoopBackOff
      message: "back-off 2m40s restarting failed container"
  lastState:
    terminated:
      exitCode: 1
      reason: Error
      startedAt: {{ $now | Quote }}
      finishedAt: {{ $now | Quote }}`,
    ),
  ),
  stage(
    'never-ready',
    status(
      'Running',
      0,
      `  state:
    running:
      startedAt: {{ $now | Quote }}`,
    ),
  ),
  stage(
    'exit-with-error',
    status(
      'Failed',
      0,
      `  state:
    terminated:
      exitCode: 3
      reason: Error
      startedAt: {{ $now | Quote }}
      finishedAt: {{ $now | Quote }}`,
    ),
  ),
]
