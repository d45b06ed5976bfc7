/** A control plane that `kade up` can start by itself, and where it stands in the world the demo plays. */
export type EmbeddedClusterPlace = {
  name: string
  /** Country and place, as `topology.kubernetes.io/region` on its nodes says it. */
  region: string
  /** ISO 3166-1 country whose law holds there. */
  jurisdiction: string
  /** The cluster a deployment goes to when none is asked for. */
  primary: boolean
}

/** MISSION 6: primary Amsterdam, secondaries Paris and Warsaw. */
export const embeddedClusters: readonly EmbeddedClusterPlace[] = [
  { name: 'amsterdam', region: 'eu-nl', jurisdiction: 'NL', primary: true },
  { name: 'paris', region: 'eu-fr', jurisdiction: 'FR', primary: false },
  { name: 'warsaw', region: 'eu-pl', jurisdiction: 'PL', primary: false },
]

/** The place of a named cluster; a cluster of a test may bear any name and stands nowhere in particular. */
export function placeOf(name: string): EmbeddedClusterPlace {
  return (
    embeddedClusters.find(place => place.name === name) ?? {
      name,
      region: 'local',
      jurisdiction: 'NL',
      primary: false,
    }
  )
}
