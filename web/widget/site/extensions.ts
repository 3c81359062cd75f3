// Plugins that sites wrote: functions of the configuration, or addresses of scripts.

import type { Call } from '../../shared/types'
import type { Compatibility } from '../compatibility/compatibility'
import type { Core } from '../core/start'
import type { Commands } from './types'

type Extension = (...given: unknown[]) => unknown

const TOO_EARLY = "You must wait until 'App.ready' is published before registering new Extensions."
const BAD = 'An extension needs a name, and a function or the address of a script.'

export type Extensions = ReturnType<typeof createExtensions>

/** Runs extensions, and lets sites add more of them. */
export function createExtensions(core: Core) {
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
  const registerExtension = async ({ data, deferred, time }: Call<Registration>) => {
    const { name, extension } = data
    if (!(time >= core.readyMs)) return deferred.reject(TOO_EARLY)
    if (!name || !/function|string/.test(typeof extension)) return deferred.reject(BAD)
    if (names.has(name)) return deferred.reject(`An extension named '${name}' is there already.`)
    names.add(name)
    if (typeof extension === 'string')
      return desk.bus.loadFile(extension).then(deferred.resolve, deferred.reject)
    run(extension as Extension, give(await core.compatibility()))
    return deferred.resolve()
  }
  const registerPlugin = async ({ data, deferred }: Call<{ plugin?: Extension }>) => {
    if (typeof data.plugin !== 'function') return deferred.reject('No plugin function provided.')
    const { $, common, uri } = await core.compatibility()
    run(data.plugin, [$, common, core.cookies, uri])
    return deferred.resolve()
  }

  const configured = () => Object.entries(desk.settings().extensions ?? {})
  return {
    commands: { registerExtension, registerPlugin } as Commands,
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
