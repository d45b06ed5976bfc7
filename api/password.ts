import { z } from 'zod'
import { inBoth } from './names.ts'

export const leastPasswordCharacters = 12

/** A new password: long, and otherwise as one likes. Whether it is too easy to guess is for the server to say. */
export const NewPassword = z
  .string()
  .min(
    leastPasswordCharacters,
    inBoth(
      `at least ${leastPasswordCharacters} characters; a few words are easy to remember`,
      `minstens ${leastPasswordCharacters} tekens; een paar woorden onthoud je makkelijk`,
    ),
  )
  .max(200, inBoth('at most 200 characters', 'hoogstens 200 tekens'))

/** An e-mail address, compared without regard to capitals. */
export const Email = z
  .string()
  .max(254)
  .regex(
    /^[^\s@<>"',;:\\()[\]]+@[^\s@<>"',;:\\()[\]]+\.[^\s@<>"',;:\\()[\]]+$/,
    inBoth('an e-mail address, such as ada@example.nl', 'een e-mailadres, zoals ada@voorbeeld.nl'),
  )
  .transform(address => address.toLowerCase())

/** What a person is called: letters of any script, no line breaks or other control characters. */
export const PersonName = z
  .string()
  .trim()
  .min(1, inBoth('must not be empty', 'mag niet leeg zijn'))
  .max(100, inBoth('at most 100 characters', 'hoogstens 100 tekens'))
  .regex(/^\P{C}+$/u, inBoth('one line of text', 'één regel tekst'))

export const Language = z.enum(['nl', 'en'])
export type Language = z.infer<typeof Language>

/** A token that was shown once, of a link or of a login. */
export const OneTimeToken = z.string().min(20).max(200)
