import { z } from 'zod'

/** By which door somebody asked. */
export const Via = z.enum(['portal', 'cli', 'api', 'ci', 'git', 'platform'])
