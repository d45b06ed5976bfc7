import { z } from 'zod'

/** One answer, as the forms of the Dutch government write it: text, choices, an image, or nothing after it was taken away. */
const Answer = z.looseObject({
  value: z.union([
    z.string(),
    z.array(z.string()),
    z.looseObject({ data: z.string() }),
    z.boolean(),
    z.null(),
  ]),
  lastEditedAt: z.iso.datetime({ offset: true }),
})

/** One repetition of a group of questions, its answers by the id of their question. */
const Repetition = z.object({ _index: z.int().min(0) }).catchall(z.union([Answer, z.int()]))

/**
 * What those forms export: output version 2 of the `par-dpia-form` of the Ministry of the Interior, as far as a check reads it.
 * Questions are known by ids such as `19.5.7`, `5.B` or `20.1.6[0]`.
 */
export const Assessment = z.looseObject({
  metadata: z.looseObject({
    urn: z.string(),
    createdAt: z.iso.datetime({ offset: true }),
    completedTasks: z.array(z.string()).default([]),
  }),
  answers: z.record(
    z.string().regex(/^\d+(\.[A-Za-z0-9-]+)*(\[\d+\])?$/),
    z.union([Answer, z.array(Repetition)]),
  ),
})
export type Assessment = z.infer<typeof Assessment>

/** The texts of a group of questions by their ids, once for each time the group was repeated. */
export type Row = Readonly<Record<string, string>>

function textOf(answer: unknown): string {
  const { data } = Answer.safeParse(answer)
  const value = data?.value
  const parts = Array.isArray(value) ? value : [value]
  return parts
    .filter(part => typeof part === 'string')
    .join(', ')
    .trim()
}

/** The text answered to a question that is asked once; empty where there is none. */
export function answerTo({ answers }: Assessment, id: string): string {
  return textOf(answers[id])
}

/** The rows of a group that may be repeated, be it exported as a list or as single answers with their number in the id. */
export function rowsOf({ answers }: Assessment, group: string): readonly Row[] {
  const own = answers[group]
  if (Array.isArray(own))
    return own.map(row =>
      Object.fromEntries(Object.entries(row).map(([id, answer]) => [id, textOf(answer)])),
    )
  const rows = new Map<string, Record<string, string>>()
  for (const [key, answer] of Object.entries(answers)) {
    const [, id = '', index = '0'] = /^(.+?)(?:\[(\d+)\])?$/.exec(key) ?? []
    if (id.startsWith(`${group}.`)) rows.set(index, { ...rows.get(index), [id]: textOf(answer) })
  }
  return [...rows.values()]
}

/** The day of the last change to any answer, or of the export where nothing was answered. */
export function lastChange({ answers, metadata }: Assessment): string {
  const single = Object.values(answers).flatMap(answer =>
    Array.isArray(answer) ? answer.flatMap(row => Object.values(row)) : [answer],
  )
  const moments = single.flatMap(answer => Answer.safeParse(answer).data?.lastEditedAt ?? [])
  const days = moments.map(moment => new Date(moment).toISOString().slice(0, 10))
  return days.toSorted().at(-1) ?? metadata.createdAt.slice(0, 10)
}

/** A day as `2026-11-28`, from that or from `28-11-2026`; undefined for what is no day. */
export function dayOf(written: string): string | undefined {
  const [, d, m, y] = /^(\d{1,2})-(\d{1,2})-(\d{4})$/.exec(written) ?? []
  const day = y ? `${y}-${m?.padStart(2, '0')}-${d?.padStart(2, '0')}` : written.slice(0, 10)
  return z.iso.date().safeParse(day).success ? day : undefined
}
