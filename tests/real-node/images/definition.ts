/** What an image holds and how it starts, in the words of a Dockerfile, so that the two can be laid side by side. */
export type ImageDefinition = {
  /** The reference exactly as the module of the app renders it. */
  readonly reference: string
  /** What PyPI holds of it: one wheel per package, and none that must be compiled. */
  readonly python?: {
    readonly packages: readonly string[]
    /** A virtual environment of its own; without it the packages go where the system's Python looks for them. */
    readonly at?: string
    /** Only these packages, and nothing of what they ask for. */
    readonly alone?: boolean
  }
  /** Files by their absolute path, owned by root. */
  readonly files?: Readonly<Record<string, { readonly text: string; readonly mode?: number }>>
  /** Commands of a shell, as root and inside the image, after everything else is there. Nothing of the base may go. */
  readonly run?: readonly string[]
  /** How a container starts; names as in the OCI image configuration. */
  readonly config: {
    readonly User?: string
    readonly Env: Readonly<Record<string, string>>
    readonly WorkingDir: string
    readonly Entrypoint?: readonly string[]
    readonly Cmd?: readonly string[]
    readonly ExposedPorts?: readonly string[]
  }
}

/** What all of them stand on: Debian, as the official images of Python do, with the Python of that Debian. */
export const base = {
  suite: 'bookworm',
  mirror: 'http://deb.debian.org/debian',
  packages: [
    'ca-certificates',
    'curl',
    'dumb-init',
    'libstdc++6',
    'netbase',
    'python-is-python3',
    'python3',
    'python3-venv',
    'tini',
    'tzdata',
  ],
} as const

/** Installs wheels in a tenth of the time of pip. */
export const UV = 'uv==0.13.9'

/** Nothing that came to PyPI after this is taken, so that two machines assemble the same image. */
export const NEWEST = '2026-11-28T00:00:00Z'

/** The search path that the official images of Debian and Python set. */
export const PATH = '/usr/local/bin:/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin'
