import { z } from 'zod'
import type { AppData } from '#kit/app.ts'
import { capabilities } from '#kit/capabilities.ts'
import { inBoth } from '#kit/issue-text.ts'
import { quantityValue } from '#kit/kubernetes/quantity.ts'
import { shelfWords } from '#platform/shelf-words.ts'
import { nameFaults } from './names-within.ts'

/** Words that `kade apps <word>` understands otherwise. */
const commands = new Set(['add', 'remove'])
const categories = Object.keys(shelfWords).filter(
  word => !(capabilities as readonly string[]).includes(word),
)

/** A stranger's text: short, on one line, and without characters that steer a terminal or turn a line around. */
function plain(most: number) {
  return z
    .string()
    .min(1)
    .max(most)
    .refine(
      text => text.isWellFormed() && !/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(text),
      inBoth('must be one line of plain text', 'moet één regel gewone tekst zijn'),
    )
}

const Text = z.strictObject({ en: plain(600), nl: plain(600) })
const word = z
  .string()
  .regex(/^[a-zA-Z][\w.-]{0,60}$/, inBoth('must be a short name', 'moet een korte naam zijn'))
const port = z.int().min(1).max(65_535)
const quantity = z
  .string()
  .max(20)
  .refine(
    text => quantityValue(text) !== undefined,
    inBoth(
      'must be a quantity such as 250m, 2, 512Mi or 2Gi',
      'moet een hoeveelheid zijn zoals 250m, 2, 512Mi of 2Gi',
    ),
  )
/** Seconds: an hour for the app, and the longest job that the kit allows in each of three phases. */
const longest = 3_600 + 3 * 86_400
const capability = z.enum(capabilities)

const Secret = z.strictObject({
  name: word,
  kind: z.enum(['generated', 'provided', 'bound']),
  optional: z.boolean(),
  title: Text,
  description: Text.optional(),
  bytes: z.int().min(8).max(256).optional(),
  encoding: z.enum(['base64url', 'hex']).optional(),
  prefix: plain(40).optional(),
  revealed: z
    .strictObject({
      purpose: Text,
      userName: z.union([plain(100), z.strictObject({ setting: word })]).optional(),
    })
    .optional(),
})

const Provides = z.strictObject({
  capability,
  port: word,
  also: z.array(word).max(10).optional(),
  path: z.string().regex(/^(\/[\w./-]{0,200})?$/),
  secret: word.optional(),
  connection: z
    .strictObject({
      protocol: z.enum(['postgresql', 'mongodb', 'redis']),
      user: plain(63).optional(),
      database: plain(63).optional(),
    })
    .optional(),
})

/** Only what a form can ask; the schema itself is shown as it is, so it is bounded in size. */
const SettingsSchema = z
  .looseObject({
    type: z.literal('object'),
    properties: z.record(word, z.looseObject({})).optional(),
    additionalProperties: z.literal(false),
  })
  .refine(
    schema => JSON.stringify(schema).length <= 65_536,
    inBoth('must be at most 64 KiB', 'mag hoogstens 64 KiB zijn'),
  )

const Data = z.strictObject({
  id: z
    .string()
    .regex(
      /^[a-z]([a-z0-9-]{0,38}[a-z0-9])?$/,
      inBoth(
        'must be at most 40 lower-case letters, digits and dashes, a letter first and no dash last',
        'mag hoogstens 40 kleine letters, cijfers en streepjes hebben, een letter voorop en geen streepje achteraan',
      ),
    )
    .refine(
      id => !commands.has(id),
      inBoth('is a word of kade itself', 'is een woord van kade zelf'),
    ),
  name: plain(60),
  version: z.string().regex(/^[\w.+-]{1,60}$/),
  category: z.enum(categories),
  description: Text,
  images: z.array(plain(300)).max(30),
  needs: z.array(z.strictObject({ name: word, capability, optional: z.boolean() })).max(20),
  provides: z.array(Provides).max(20),
  secrets: z.array(Secret).max(50),
  network: z.strictObject({
    expose: word.nullable(),
    ports: z.record(word, port),
    egress: z
      .array(
        z.strictObject({
          to: z.literal('internet-https'),
          because: plain(400),
          bySetting: z.literal(true).optional(),
        }),
      )
      .max(10),
  }),
  resources: z.strictObject({
    requests: z.strictObject({ cpu: quantity, memory: quantity }),
    limits: z.strictObject({ cpu: quantity.optional(), memory: quantity }),
  }),
  storage: z.array(z.strictObject({ name: word, size: quantity, mount: plain(200) })).max(20),
  metrics: z.strictObject({ port: word, path: z.string().regex(/^\/[\w./-]{0,200}$/) }).nullable(),
  maxReplicas: z.int().min(1).max(100),
  readyWithin: z.int().min(1).max(longest),
  relaxations: z.array(z.strictObject({ what: word, because: plain(400) })).max(10),
  settingsSchema: SettingsSchema,
})

/** All that a module from outside may say of its app: `AppData` as plain, bounded data. */
export const AppDataOf = Data.superRefine((data, found) => {
  for (const fault of nameFaults(data)) found.addIssue({ code: 'custom', ...fault })
})
export type StoredAppData = z.output<typeof AppDataOf>

/** What whoever is bound to a deployment has to know of its app; the rest of it may break rules that came later. */
export const OffersOf = z.object({
  provides: Data.shape.provides,
  network: z.object({ ports: Data.shape.network.shape.ports }),
})

/** What was stored, as the platform reads every app. */
export function appData({ settingsSchema, ...data }: StoredAppData): AppData {
  // zod says `| undefined` of what may be absent; JSON has no such fields.
  return { ...(data as Omit<AppData, 'settingsSchema'>), settingsSchema: () => settingsSchema }
}
