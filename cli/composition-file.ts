import { z } from 'zod'
import type { CreateComposition } from '#api/compositions.ts'
import { parseTarget, readSecrets, readValues } from './input.ts'
import { type Terminal, UsageError } from './terminal.ts'

type Body = z.input<typeof CreateComposition>

/** As much of a file as has to be understood here; the door judges the rest, by its place. */
const File = z.looseObject({
  namespace: z.string(),
  name: z.string(),
  members: z.array(z.looseObject({ name: z.string() })),
})

/** A composition from a YAML or JSON file, with secrets of its members from elsewhere: `<member>.<secret>=@file`. */
export async function readComposition(
  terminal: Terminal,
  file: string,
  secretFlags: readonly string[] = [],
): Promise<Body> {
  const found = File.safeParse(await readValues(file))
  if (!found.success)
    throw new UsageError({
      en: `${file} is no composition: it has to say namespace, name, and members with a name each.`,
      nl: `${file} is geen compositie: er moeten namespace, name en members in staan, elk lid met een naam.`,
    })
  const written = found.data.members.find(member => 'secrets' in member)
  if (written)
    throw new UsageError({
      en: `${file} holds secrets of "${written.name}" in plain. Take them out, and give them with --secret ${written.name}.<name>=@file.`,
      nl: `In ${file} staan geheimen van "${written.name}" leesbaar. Haal ze eruit en geef ze met --secret ${written.name}.<naam>=@bestand.`,
    })
  const given = Object.entries((await readSecrets(terminal, secretFlags)) ?? {})
  const secretsOf = (member: string) =>
    given.flatMap(([key, value]) =>
      key.startsWith(`${member}.`) ? [[key.slice(member.length + 1), value] as const] : [],
    )
  const { members } = found.data
  const stray = given.find(([key]) => !members.some(({ name }) => key.startsWith(`${name}.`)))
  if (stray)
    throw new UsageError({
      en: `No member has the secret "${stray[0]}": write it as <member>.<name>=@file.`,
      nl: `Geen lid heeft het geheim "${stray[0]}": schrijf het als <lid>.<naam>=@bestand.`,
    })
  const body = {
    ...found.data,
    members: members.map(member => {
      const secrets = secretsOf(member.name)
      return secrets.length > 0 ? { ...member, secrets: Object.fromEntries(secrets) } : member
    }),
  }
  // What else it says is sent as it stands: the contract is checked where it is kept.
  return body as Body
}

/** Which composition is meant: by the file that describes it, or as `<namespace>/<name>`. */
export async function compositionKey(
  terminal: Terminal,
  target: string,
): Promise<{ namespace: string; name: string }> {
  if (!/\.(ya?ml|json)$/.test(target)) return parseTarget(target)
  const { namespace, name } = await readComposition(terminal, target)
  return { namespace, name }
}
