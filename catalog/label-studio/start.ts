/** How the app is started: it wants the parts of the database's address apart, and gets them before it begins. */

/** Ends as the app itself, which so gets the signal to stop. `$0` is where this script lies. */
export const startScript = [
  'prepared=$(python3 "$(dirname "$0")/prepare.py") || exit 1',
  'eval "$prepared"',
  'exec label-studio start',
  '',
].join('\n')

/** Writes shell lines. The app spells its variables without the S of PostgreSQL. */
export const prepareScript = `
import os
import shlex
from urllib.parse import parse_qs, unquote, urlsplit

connection = os.environ.get('DATABASE_CONNECTION')
lines = {'DJANGO_DB': 'default' if connection else 'sqlite'}
if connection:
    url = urlsplit(connection)
    lines.update(
        POSTGRE_HOST=url.hostname or '',
        POSTGRE_PORT=str(url.port or 5432),
        POSTGRE_NAME=unquote(url.path[1:]),
        POSTGRE_USER=unquote(url.username or ''),
        POSTGRE_PASSWORD=unquote(url.password or ''),
    )
    # The app has no setting for it; PostgreSQL's own library reads this one.
    for mode in parse_qs(url.query).get('sslmode', []):
        lines['PGSSLMODE'] = mode
for name, value in lines.items():
    print(f'export {name}={shlex.quote(value)}')
print('unset DATABASE_CONNECTION')
`.trimStart()
