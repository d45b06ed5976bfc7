import { type ImageDefinition, PATH } from './definition.ts'

/** As the maker's image, over Python 3.11 in place of the newer one of Haystack's base. */
export const hayhooksImage: ImageDefinition = {
  reference: 'docker.io/deepset/hayhooks:v2.1.0',
  python: { packages: ['hayhooks==2.1.0'], at: '/opt/venv' },
  run: ['mkdir -p /pipelines /opt/pipelines-python'],
  config: {
    Env: {
      PATH: `/opt/venv/bin:${PATH}`,
      LANG: 'C.UTF-8',
      PYTHONDONTWRITEBYTECODE: '1',
      PYTHONUNBUFFERED: '1',
      HAYHOOKS_PIPELINES_DIR: '/pipelines',
    },
    WorkingDir: '/',
    Cmd: ['hayhooks', 'run', '--host', '0.0.0.0'],
    ExposedPorts: ['1416/tcp'],
  },
}
