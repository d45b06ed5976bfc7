import { type ImageDefinition, PATH } from './definition.ts'

/**
 * As the maker's "full" image, over the same Python and with no user of its own, without the extra that is called "extras":
 * what speaks to the stores of clouds, part of which would have to be compiled.
 */
export const mlflowImage: ImageDefinition = {
  reference: 'ghcr.io/mlflow/mlflow:v3.17.0-full',
  python: { packages: ['mlflow[db,gateway,genai,auth]==3.17.0'] },
  config: { Env: { PATH, LANG: 'C.UTF-8' }, WorkingDir: '/', Cmd: ['python3'] },
}
