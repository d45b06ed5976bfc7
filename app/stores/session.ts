import { defineStore } from 'pinia'
import { ref } from 'vue'
import type { Register } from '#api/accounts.ts'
import { ProblemError } from '#api/client.ts'
import type { Action } from '#api/route.ts'
import type { Session } from '#api/session.ts'
import { client, useCsrf } from '../client.ts'

/** Who is signed in. The cookie itself is out of reach of scripts; here is only what the server says of it. */
export const useSession = defineStore('session', () => {
  const session = ref<Session | null>(null)
  /** The server no longer knows the session that this page began with. */
  const ended = ref(false)
  let asked = false

  function keep(answer: Session | null) {
    session.value = answer
    useCsrf(answer?.csrf)
  }

  /** Asks the server once; false when nobody is signed in. Errors of the network pass through. */
  async function known(): Promise<boolean> {
    if (session.value || asked) return session.value !== null
    try {
      keep(await client.readSession({}))
    } catch (error) {
      if (!(error instanceof ProblemError) || error.problem.status !== 401) throw error
    }
    asked = true
    return session.value !== null
  }

  /** Whether the account may do this to something at least. */
  function may(action: Action): boolean {
    return session.value?.may.includes(action) === true
  }

  async function signIn(token: string): Promise<void> {
    keep(await client.signIn({ body: { token } }))
  }

  async function signInWith(body: { email: string; password: string }): Promise<void> {
    keep(await client.signIn({ body }))
  }

  async function register(body: Register): Promise<void> {
    keep(await client.register({ body }))
  }

  async function signOut(): Promise<void> {
    await client.signOut({})
    keep(null)
  }

  /**
   * Asks again, after a break. A session that ended is only marked so, and the page stays: what was typed in it is not lost,
   * and counts again once somebody signed in in another tab.
   */
  async function renew(): Promise<void> {
    try {
      keep(await client.readSession({}))
      ended.value = false
    } catch (error) {
      ended.value = error instanceof ProblemError && error.problem.status === 401
    }
  }

  return { session, ended, may, known, signIn, signInWith, register, signOut, renew }
})
