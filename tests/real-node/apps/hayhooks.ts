import { expect } from 'vitest'
import { assembleImages } from '../images/assemble.ts'
import { hayhooksImage } from '../images/hayhooks.ts'
import type { RealApp } from '../real-app.ts'
import { answer } from './answer.ts'

const PIPELINE = 'tides'
const code = [
  'from haystack import Pipeline',
  'from haystack.components.builders import PromptBuilder',
  'from hayhooks import BasePipelineWrapper',
  '',
  'class PipelineWrapper(BasePipelineWrapper):',
  '    def setup(self) -> None:',
  '        self.pipeline = Pipeline()',
  "        self.pipeline.add_component('say', PromptBuilder('High tide at {{ harbour }}'))",
  '',
  '    def run_api(self, harbour: str) -> str:',
  "        return self.pipeline.run({'say': {'harbour': harbour}})['say']['prompt']",
  '',
].join('\n')

/** A pipeline is brought to it, runs, and is there after a restart. */
export const hayhooks: RealApp = {
  app: 'hayhooks',
  archives: () => assembleImages([hayhooksImage]),
  // Otherwise pipelines come from an address of the internet, and there is none.
  asked: { settings: { deployApi: true } },
  change: { settings: { keepResultHours: 25 } },
  tooLittleMemory: '48Mi',
  async write({ url }) {
    const files = { 'pipeline_wrapper.py': code }
    const json = { name: PIPELINE, files, save_files: true }
    await answer(`${url}/deploy_files`, { method: 'POST', json })
  },
  async read({ url }) {
    const json = { harbour: 'Harlingen' }
    const said = await answer(`${url}/${PIPELINE}/run`, { method: 'POST', json })
    expect(said).toMatchObject({ result: 'High tide at Harlingen' })
  },
}
