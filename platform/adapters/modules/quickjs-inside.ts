/**
 * What runs inside the realm, before the module: a function that puts questions to it and answers in JSON. It takes hold of what it
 * needs before the module can change it; a module that lies here anyway only lies about itself, for the answer is not believed.
 */
export const inside = `(() => {
  'use strict'
  const { parse, stringify } = JSON
  const { values } = Object
  const { isArray } = Array
  const text = value => { try { return '' + value } catch { return '' } }
  const functions = ['render', 'parseSettings', 'settingsSchema']
  const facts = ['id', 'name', 'version', 'category', 'description', 'images', 'needs', 'provides', 'secrets', 'network',
    'resources', 'storage', 'metrics', 'maxReplicas', 'readyWithin', 'relaxations']
  const isApp = value => typeof value === 'object' && value !== null && functions.every(name => typeof value[name] === 'function')
  const theApp = () => {
    const apps = values(globalThis.kadeModule ?? {}).filter(isApp).filter((app, at, all) => all.indexOf(app) === at)
    if (apps.length === 1) return apps[0]
    throw new TypeError(apps.length === 0
      ? 'exports no app: export the result of defineApp'
      : 'exports ' + apps.length + ' apps: a module is one app')
  }
  const answers = {
    describe: app => ({ settingsSchema: app.settingsSchema(), ...Object.fromEntries(facts.map(name => [name, app[name]])) }),
    parseSettings: (app, input) => app.parseSettings(input),
    egress: (app, input) => app.egress?.(input) ?? app.network.egress,
    render: (app, input) => app.render(input),
  }
  return (kind, input) => {
    try {
      return stringify({ value: answers[kind](theApp(), parse(input)) })
    } catch (error) {
      const findings = isArray(error?.findings) ? error.findings : []
      return stringify({
        message: text(error?.message ?? error),
        findings: findings.slice(0, 50).map(one => ({ pointer: text(one?.pointer), detail: text(one?.detail) })),
      })
    }
  }
})()`
