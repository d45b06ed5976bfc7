/** The rules a namespace lives under: from where things are tried to where people depend on them. */
export const environmentNames = ['dev', 'staging', 'prod'] as const
export type EnvironmentName = (typeof environmentNames)[number]
