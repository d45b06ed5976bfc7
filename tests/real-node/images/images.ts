import { chromaImage } from './chroma.ts'
import type { ImageDefinition } from './definition.ts'
import { hayhooksImage } from './hayhooks.ts'
import { jupyterlabImage } from './jupyterlab.ts'
import { litellmImage } from './litellm.ts'
import { marimoImage } from './marimo.ts'
import { mlflowImage } from './mlflow.ts'

/** The images that an app of the catalogue runs in, by the app's id. */
export const images: Readonly<Record<string, readonly ImageDefinition[]>> = {
  chroma: [chromaImage],
  hayhooks: [hayhooksImage],
  jupyterlab: [jupyterlabImage],
  litellm: [litellmImage],
  marimo: [marimoImage],
  mlflow: [mlflowImage],
}
