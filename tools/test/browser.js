/** The Chrome or Chromium that the browser tests drive; it is the one thing `npm test` does not bring along. */
import { constants } from 'node:fs'
import { access, readFile } from 'node:fs/promises'
import path from 'node:path'

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']

/** Path of the browser: `$CHROME_PATH`, else the first on the PATH; undefined when there is none. */
export async function findBrowser(env = process.env) {
  const directories = (env.PATH ?? '').split(path.delimiter).filter(Boolean)
  const onPath = directories.flatMap(at => NAMES.map(name => path.join(at, name)))
  for (const file of env.CHROME_PATH ? [env.CHROME_PATH] : onPath) {
    if (await isExecutable(file)) return file
  }
  return undefined
}

async function isExecutable(file) {
  return access(file, constants.X_OK).then(
    () => true,
    () => false,
  )
}

/** The one command that installs a browser on this distribution. */
export async function installCommand(osRelease = readFile('/etc/os-release', 'utf8')) {
  const text = await Promise.resolve(osRelease).catch(() => '')
  const sudo = process.getuid?.() === 0 ? '' : 'sudo '
  if (/^ID(_LIKE)?=.*(fedora|rhel)/m.test(text)) return `${sudo}dnf install -y chromium`
  if (/^ID(_LIKE)?=.*arch/m.test(text)) return `${sudo}pacman -S --noconfirm chromium`
  if (/^ID(_LIKE)?=.*suse/m.test(text)) return `${sudo}zypper install -y chromium`
  if (/^ID=.*ubuntu/m.test(text)) return `${sudo}snap install chromium`
  return `${sudo}apt-get install -y chromium`
}
