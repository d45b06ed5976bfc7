/** Path of the browser: `$CHROME_PATH`, else the first on the PATH; undefined when there is none. */
export function findBrowser(env?: NodeJS.ProcessEnv): Promise<string | undefined>
/** The one command that installs a browser; takes the content of /etc/os-release. */
export function installCommand(osRelease?: string | Promise<string>): Promise<string>
