import { type ImageDefinition, PATH } from './definition.ts'

/** What the maker's own entry point does for a user who is not root and has a line in /etc/passwd: nothing but to begin. */
const start = ['#!/bin/bash', 'exec "$@"', ''].join('\n')
const startNotebook = ['#!/bin/sh', 'exec jupyter lab "$@"', ''].join('\n')
const serverConfig = ["c.ServerApp.ip = ''", 'c.ServerApp.open_browser = False', ''].join('\n')

/**
 * As the maker's scipy-notebook: its user, paths, entry point and the packages that its name promises, from PyPI in place of
 * conda-forge and without a compiler, LaTeX and pandoc.
 */
export const jupyterlabImage: ImageDefinition = {
  reference: 'quay.io/jupyter/scipy-notebook:2026-10-05',
  python: {
    packages: [
      'jupyterlab',
      'notebook',
      'nbclassic',
      'ipympl',
      'ipywidgets',
      'matplotlib',
      'pandas',
      'scikit-learn',
      'scipy',
      'seaborn',
      'sympy',
    ],
    at: '/opt/conda',
  },
  files: {
    '/usr/local/bin/start.sh': { text: start, mode: 0o755 },
    '/usr/local/bin/start-notebook.py': { text: startNotebook, mode: 0o755 },
    '/etc/jupyter/jupyter_server_config.py': { text: serverConfig },
  },
  run: [
    'useradd --no-log-init --create-home --shell /bin/bash --uid 1000 --no-user-group --gid 100 jovyan',
    'chown -R jovyan:users /opt/conda /home/jovyan',
    'chmod -R g+rwX /opt/conda /home/jovyan',
  ],
  config: {
    User: '1000',
    Env: {
      PATH: `/opt/conda/bin:${PATH}`,
      CONDA_DIR: '/opt/conda',
      HOME: '/home/jovyan',
      SHELL: '/bin/bash',
      NB_USER: 'jovyan',
      NB_UID: '1000',
      NB_GID: '100',
      LC_ALL: 'C.UTF-8',
      LANG: 'C.UTF-8',
      LANGUAGE: 'C.UTF-8',
      JUPYTER_PORT: '8888',
    },
    WorkingDir: '/home/jovyan',
    Entrypoint: ['tini', '-g', '--', 'start.sh'],
    Cmd: ['start-notebook.py'],
    ExposedPorts: ['8888/tcp'],
  },
}
