// Plugins that sites wrote: functions of the configuration, or addresses of scripts.

import type { Call, Plugin } from '../../shared/types'
import type { Compatibility } from '../compatibility/compatibility'
import type { Core } from './start'

type Extension = (...given: unknown[]) => unknown

const TOO_EARLY = "You must wait until 'App.ready' is published before registering new Extensions."
const BAD = 'An extension needs a name, and a function or the address of a script.'

/** Runs extensions, and lets sites add more of them. */
export function addExtensions(core: Core, app: Plugin) {
  const names = new Set<string>()
  const { desk } = core

  const give = ({ $, common, uri }: Compatibility) => [$, desk.bus, common, core.cookies, uri]
  const run = (extension: Extension, given: unknown[]) => {
    try {
      extension(...given)
    } catch (error) {
      console.error('An extension failed.', error)
    }
  }
  type Registration = { name?: string; extension?: Extension | string }
  app.registerCommand('registerExtension', async ({ data, deferred }: Call<Registration>) => {
    const { name, extension } = data
    if (!app.data('ready')) return deferred.reject(TOO_EARLY)
    if (!name || !/function|string/.test(typeof extension)) return deferred.reject(BAD)
    if (names.has(name)) return deferred.reject(`An extension named '${name}' is there already.`)
    names.add(name)
    if (typeof extension === 'string')
      return desk.bus.loadFile(extension).then(deferred.resolve, deferred.reject)
    run(extension as Extension, give(await core.compatibility()))
    return deferred.resolve()
  })
  app.registerCommand('registerPlugin', async ({ data, deferred }: Call<{ plugin?: Extension }>) => {
    if (typeof data.plugin !== 'function') return deferred.reject('No plugin function provided.')
    const { $, common, uri } = await core.compatibility()
    run(data.plugin, [$, common, core.cookies, uri])
    return deferred.resolve()
  })

  const configured = () => Object.entries(desk.settings().extensions ?? {})
  return {
    /** Call the functions of the configuration, in order, one as soon as the other returned. */
    async runFunctions() {
      const functions = configured().filter(([, it]) => typeof it === 'function')
      if (!functions.length) return
      const given = give(await core.compatibility())
      for (const [name, extension] of functions) {
        names.add(name)
        run(extension as Extension, given)
      }
    },
    /** Load the scripts of the configuration. */
    loadScripts() {
      for (const [name, address] of configured()) {
        if (typeof address !== 'string') continue
        names.add(name)
        desk.bus.loadFile(address).fail(() => console.warn(`The extension ${name} could not be loaded.`))
      }
    },
  }
}
