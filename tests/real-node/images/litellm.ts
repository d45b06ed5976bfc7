import { type ImageDefinition, PATH } from './definition.ts'

const start = ['#!/bin/sh', 'exec litellm "$@"', ''].join('\n')

/**
 * As the maker's image for an ordinary user, without the client that Prisma generates and its engine, which come from a host
 * of their own: this image serves without a database only.
 */
export const litellmImage: ImageDefinition = {
  reference: 'docker.litellm.ai/berriai/litellm-non_root:v1.98.0',
  python: {
    packages: ['litellm[proxy,proxy-runtime,extra-proxy,semantic-router]==1.98.0'],
    at: '/app/.venv',
  },
  files: { '/app/docker/prod_entrypoint.sh': { text: start, mode: 0o755 } },
  run: [
    'mkdir -p /app/.cache /var/lib/litellm/ui /var/lib/litellm/assets',
    'chown -R nobody:nogroup /app/.cache /var/lib/litellm',
  ],
  config: {
    User: 'nobody',
    Env: {
      PATH: `/app/.venv/bin:${PATH}`,
      HOME: '/app',
      LITELLM_NON_ROOT: 'true',
      XDG_CACHE_HOME: '/app/.cache',
      PRISMA_BINARY_CACHE_DIR: '/app/.cache/prisma-python/binaries',
      PRISMA_CLI_BINARY_TARGETS: 'debian-openssl-3.0.x',
      PRISMA_SKIP_POSTINSTALL_GENERATE: '1',
      PRISMA_HIDE_UPDATE_MESSAGE: '1',
      PRISMA_OFFLINE_MODE: 'true',
      NPM_CONFIG_CACHE: '/app/.cache/npm',
    },
    WorkingDir: '/app',
    Entrypoint: ['/app/docker/prod_entrypoint.sh'],
    Cmd: ['--port', '4000'],
    ExposedPorts: ['4000/tcp'],
  },
}
