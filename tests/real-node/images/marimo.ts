import { type ImageDefinition, PATH } from './definition.ts'

/** As the maker's "data" image, over Python 3.11 in place of 3.13. */
export const marimoImage: ImageDefinition = {
  reference: 'ghcr.io/marimo-team/marimo:0.23.15-data',
  python: { packages: ['marimo[recommended,lsp]==0.23.15', 'altair', 'pandas', 'numpy'] },
  run: ['useradd --create-home appuser', 'mkdir -p /app/data', 'chown -R appuser:appuser /app'],
  config: {
    Env: {
      PATH,
      LANG: 'C.UTF-8',
      MARIMO_SKIP_UPDATE_CHECK: '1',
      UV_SYSTEM_PYTHON: '1',
      PORT: '8080',
      HOST: '0.0.0.0',
    },
    WorkingDir: '/app',
    Cmd: ['/bin/sh', '-c', 'marimo edit --no-token -p $PORT --host $HOST'],
    ExposedPorts: ['8080/tcp'],
  },
}
