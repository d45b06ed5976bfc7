import { defineNuxtRouteMiddleware, navigateTo } from '#imports'
import { useEvents } from '../stores/events.ts'
import { useSession } from '../stores/session.ts'

/** Nothing of the portal is open without a session, except the page where one is made. */
export default defineNuxtRouteMiddleware(async to => {
  if (to.path === '/sign-in') return
  let known = true
  try {
    known = await useSession().known()
  } catch {
    // Kade cannot be reached: the page itself says so, in its place.
    return
  }
  if (!known) return navigateTo({ path: '/sign-in', query: { to: to.fullPath } })
  useEvents().start()
})
