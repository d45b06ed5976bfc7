import type { Text } from '#api/names.ts'
import type { Violation } from '#api/problem.ts'
import type { RenderInput } from '#kit/app.ts'
import { fields, pointer } from '#kit/lint/read.ts'
import { unboundAnnotation } from '#kit/marks.ts'
import { annotation, label } from '#platform/labels.ts'

/** Whose objects are judged: those of this app, as they were asked for. */
export type Own = { readonly app: string; readonly input: RenderInput }

/** One violation. */
export function refuse(place: string, en: string, nl: string): Violation[] {
  return [{ pointer: place, detail: { en, nl } }]
}

export const present = (value: unknown) => value !== undefined && value !== null

/** Fields that must be absent, each for one reason. */
export function absent(
  value: unknown,
  place: string,
  names: readonly string[],
  why: Text,
): Violation[] {
  return names
    .filter(name => present(fields(value)[name]))
    .map(name => ({
      pointer: `${place}${pointer(name)}`,
      detail: {
        en: `a module from outside may not write "${name}": ${why.en}`,
        nl: `een module van buiten mag "${name}" niet schrijven: ${why.nl}`,
      },
    }))
}

const ownMetadata = new Set(['name', 'namespace', 'labels', 'annotations'])
const mayAnnotate = new Set<string>([annotation.action, annotation.phase, unboundAnnotation])

/**
 * Annotations with a domain are instructions to whatever runs in the cluster; labels with one are the word of the platform, or of
 * some controller. Every other field of metadata says whose an object is and when it goes. `dropped` are labels that the platform
 * takes off before it applies.
 */
export function markViolations(
  metadata: unknown,
  place: string,
  dropped: readonly string[] = [],
): Violation[] {
  const strange = Object.keys(fields(metadata)).filter(key => !ownMetadata.has(key))
  const labels = Object.keys(fields(fields(metadata).labels))
    .filter(key => key.includes('/') && !key.startsWith('app.kubernetes.io/'))
    .filter(key => !dropped.includes(key))
    .flatMap(key =>
      refuse(
        `${place}/labels${pointer(key)}`,
        'is a label of the platform or of something else in the cluster; a module from outside may write labels of app.kubernetes.io and those without a domain',
        'is een label van het platform of van iets anders in het cluster; een module van buiten mag labels van app.kubernetes.io schrijven en labels zonder domein',
      ),
    )
  const annotations = Object.keys(fields(fields(metadata).annotations))
    .filter(key => key.includes('/') && !mayAnnotate.has(key))
    .flatMap(key =>
      refuse(
        `${place}/annotations${pointer(key)}`,
        'steers something else in the cluster; a module from outside may write only annotations without a domain',
        'stuurt iets anders in het cluster aan; een module van buiten mag alleen annotaties zonder domein schrijven',
      ),
    )
  return [...absent(metadata, place, strange, owned), ...labels, ...annotations]
}

/**
 * Pods and what selects them carry the names of app and deployment, so that nobody else's are meant. The pods of a job may go
 * `unnamed`, without that of the app: no Service can mean them then.
 */
export function selectorViolations(
  labels: unknown,
  place: string,
  { app, input }: Own,
  unnamed = false,
): Violation[] {
  const wanted = { [label.name]: app, [label.instance]: input.name }
  return Object.entries(wanted)
    .filter(([key, value]) => fields(labels)[key] !== value)
    .filter(([key]) => !(unnamed && key === label.name && !present(fields(labels)[key])))
    .flatMap(([key, value]) =>
      refuse(
        `${place}${pointer(key)}`,
        `must be "${value}", so that only pods of this deployment are meant`,
        `moet "${value}" zijn, zodat alleen pods van deze uitrol worden bedoeld`,
      ),
    )
}
/** Why most of what is refused is refused. */
export const elsewhere: Text = {
  en: 'it reaches beyond the deployment',
  nl: 'het reikt verder dan de uitrol',
}

const owned: Text = {
  en: 'whose an object is and when it goes is for the platform to say',
  nl: 'van wie een object is en wanneer het weggaat, zegt het platform',
}
