import { defineNuxtRouteMiddleware, navigateTo } from '#imports'
import { useEvents } from '../stores/events.ts'
import { useSession } from '../stores/session.ts'

/** By these one comes in. */
const open = ['/sign-in', '/register', '/reset-password', '/verify-email']

/** Nothing of the portal is open without a session, except the pages where one is made. */
export default defineNuxtRouteMiddleware(async to => {
  if (open.includes(to.path)) return
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
