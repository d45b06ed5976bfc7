import { z } from 'zod'
import { Text, Time } from './names.ts'

function amounts(unit: string) {
  return z.object({
    usage: z.number().describe(`what it takes, in ${unit}`),
    request: z.number().optional().describe(`what is kept free for it, in ${unit}`),
    limit: z.number().optional().describe(`the most it gets, in ${unit}`),
  })
}

export const ContainerMetrics = z.object({
  cluster: z.string().optional().describe('where its pod runs'),
  pod: z.string(),
  container: z.string(),
  cpu: amounts('cores'),
  memory: amounts('bytes'),
})
export type ContainerMetrics = z.infer<typeof ContainerMetrics>

/** What the containers of a deployment take now, as the clusters' own metrics API (`metrics.k8s.io`) tells it. */
export const DeploymentMetrics = z.object({
  available: z.boolean().describe('whether there are figures'),
  reason: Text.optional().describe('why there are none, and what to do'),
  at: Time.optional().describe('when the oldest of the figures was taken'),
  simulated: z.boolean(),
  items: z.array(ContainerMetrics),
  silent: z.array(z.string()).optional().describe('clusters that did not answer'),
})
export type DeploymentMetrics = z.infer<typeof DeploymentMetrics>
