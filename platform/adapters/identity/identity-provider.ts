import type { Text } from '#api/names.ts'

/** What is kept of a browser that is on its way to the provider, until it comes back. */
export type OnItsWay = { readonly state: string; readonly nonce: string; readonly verifier: string }

/** Whom the provider vouches for. */
export type Claims = {
  readonly issuer: string
  readonly subject: string
  readonly email: string | undefined
  /** Whether the provider says that the address is theirs. */
  readonly emailVerified: boolean
  readonly name: string | undefined
  readonly groups: readonly string[]
}

/** Where the people of an organisation sign in. */
export type IdentityProvider = {
  /** What its button says. */
  readonly name: string
  /** Where a browser is sent to. Throws `IdentityError`. */
  begin(): Promise<OnItsWay & { readonly url: string }>
  /** Who came back, by the query of the address it came to. Throws `IdentityError`. */
  finish(query: string, kept: OnItsWay): Promise<Claims>
}

/** `refused`: what came back proves nobody, or the person was not let through. `unreachable`: the provider gave no usable answer. */
export type IdentityFault = 'refused' | 'unreachable'

export class IdentityError extends Error {
  override name = 'IdentityError'
  readonly fault: IdentityFault
  readonly text: Text
  constructor(fault: IdentityFault, cause: unknown) {
    const text =
      fault === 'refused'
        ? { en: 'The identity provider let nobody in.', nl: 'De inlogdienst liet niemand binnen.' }
        : {
            en: 'The identity provider cannot be reached.',
            nl: 'De inlogdienst is niet bereikbaar.',
          }
    super(text.en, { cause })
    this.fault = fault
    this.text = text
  }
}
