/** Address of the database in the same pod. */
export const ownDatabase = 'mongodb://127.0.0.1:27017/LibreChat'

const databaseListens =
  'require("net").connect(27017, "127.0.0.1").on("connect", () => process.exit(0)).on("error", () => process.exit(1))'

/**
 * Makes the first account before the server listens, for LibreChat makes the first who signs up its administrator. The account
 * being there already is the usual case after the first start. Any other failure leaves signing up off, so that nobody is that
 * first one.
 */
export const startScript = [
  `if [ "$MONGO_URI" = "${ownDatabase}" ]; then until node -e '${databaseListens}'; do sleep 1; done; fi`,
  // Backquotes, for Kubernetes reads a dollar with a parenthesis as a variable of its own.
  'made=`node config/create-user.js "$FIRST_ADMIN_EMAIL" Administrator admin "$FIRST_ADMIN_PASSWORD" --email-verified=true 2>&1` || case "$made" in',
  '  *"already exists"*) ;;',
  '  *) export ALLOW_REGISTRATION=false ALLOW_SOCIAL_REGISTRATION=false ;;',
  'esac',
  'echo "$made"',
  'unset FIRST_ADMIN_PASSWORD',
  'exec node api/server/index.js',
].join('\n')
