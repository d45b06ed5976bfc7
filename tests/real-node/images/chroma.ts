import { type ImageDefinition, PATH } from './definition.ts'

/** The wheel holds the server of the maker's image as a library, which takes the words of its command line. */
const start = [
  '#!/usr/bin/python3',
  'import sys',
  'import chromadb_rust_bindings',
  "sys.exit(chromadb_rust_bindings.cli(['chroma', *sys.argv[1:]]))",
  '',
].join('\n')

/** As the maker's image: the server and nothing else, with the folder of its data in /config.yaml. */
export const chromaImage: ImageDefinition = {
  reference: 'docker.io/chromadb/chroma:1.5.9',
  python: { packages: ['chromadb==1.5.9'], alone: true },
  files: {
    '/usr/local/bin/chroma': { text: start, mode: 0o755 },
    '/config.yaml': { text: 'persist_path: "/data"\n' },
  },
  config: {
    Env: { PATH },
    WorkingDir: '/',
    Entrypoint: ['dumb-init', '--', 'chroma'],
    Cmd: ['run', '/config.yaml'],
    ExposedPorts: ['8000/tcp'],
  },
}
