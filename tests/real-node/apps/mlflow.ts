import { expect } from 'vitest'
import { assembleImages } from '../images/assemble.ts'
import { mlflowImage } from '../images/mlflow.ts'
import type { RealApp, Service } from '../real-app.ts'
import { answer, basic } from './answer.ts'

const EXPERIMENT = 'tides'
const metric = { key: 'height', value: 1.5 }
const REPORT = '{"high": "13:05"}'

async function signedIn({ url, reveal }: Service) {
  return { api: `${url}/api/2.0`, headers: basic('admin', await reveal('adminPassword')) }
}

/** An experiment with a run, its measurement and a file are kept, for who signs in and nobody else. */
export const mlflow: RealApp = {
  app: 'mlflow',
  archives: () => assembleImages([mlflowImage]),
  change: { settings: { logLevel: 'WARNING' } },
  tooLittleMemory: '64Mi',
  async write(service) {
    const { api, headers } = await signedIn(service)
    const stranger = await fetch(`${api}/mlflow/experiments/get-by-name?experiment_name=Default`)
    expect(stranger.status).toBe(401)
    await stranger.body?.cancel()
    const post = <T>(path: string, json: object) =>
      answer<T>(`${api}/mlflow/${path}`, { method: 'POST', headers, json })
    const { experiment_id } = await post<{ experiment_id: string }>('experiments/create', {
      name: EXPERIMENT,
    })
    const { run } = await post<{ run: { info: { run_id: string } } }>('runs/create', {
      experiment_id,
    })
    await post('runs/log-metric', { run_id: run.info.run_id, ...metric, timestamp: Date.now() })
    const file = `${api}/mlflow-artifacts/artifacts/${experiment_id}/report.json`
    await answer(file, { method: 'PUT', headers, body: REPORT })
  },
  async read(service) {
    const { api, headers } = await signedIn(service)
    const { experiment } = await answer<{ experiment: { experiment_id: string } }>(
      `${api}/mlflow/experiments/get-by-name?experiment_name=${EXPERIMENT}`,
      { headers },
    )
    const id = experiment.experiment_id
    const found = await answer(`${api}/mlflow/runs/search`, {
      method: 'POST',
      headers,
      json: { experiment_ids: [id] },
    })
    expect(found).toMatchObject({ runs: [{ data: { metrics: [metric] } }] })
    const file = `${api}/mlflow-artifacts/artifacts/${id}/report.json`
    expect(await answer(file, { headers })).toEqual(JSON.parse(REPORT))
  },
}
