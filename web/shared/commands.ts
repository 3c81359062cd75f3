// How a call finds its handler: hooks now, the handler in a later task, and patience with plugins that are not there.

import { defer, type Promised, report } from './promise'
import type { Soon } from './tasks'
import type { Call, Handler, Hook, Options } from './types'

export const CANCELLED = "Command was cancelled by a 'before' function."
export const NO_PLUGIN = 'Could not load plugin file in given location. Check your plugins path option.'
export const NO_COMMAND = 'Command does not exist'

/** What calls need to know of a plugin. */
export interface Callee {
  readonly handlers: Record<string, Handler>
  /** Calls of others that came before the plugin was ready, oldest first. */
  waiting: Call[]
  isReady: boolean
}

export type Commands = ReturnType<typeof createCommands>

const isObject = (value: unknown): value is Options => typeof value === 'object' && value !== null

export function createCommands(
  plugins: Map<string, Callee>,
  load: (name: string) => PromiseLike<unknown>,
  soon: Soon,
  trace: (...words: unknown[]) => void,
) {
  const hooks: Record<string, Hook[]> = {}

  /** The options after all hooks; nothing when one of them cancelled the call. */
  const hooked = (address: string, options: unknown): Options | undefined => {
    let data = options
    for (const hook of hooks[address] ?? []) {
      if (!isObject(data)) break
      try {
        data = hook(data)
      } catch (error) {
        report(error)
        return undefined
      }
    }
    return isObject(data) ? data : undefined
  }

  const run = (callee: Callee, call: Call) => {
    const handler = callee.handlers[call.command.slice(call.command.indexOf('.') + 1)]
    if (!handler) return call.deferred.reject(NO_COMMAND)
    try {
      handler(call)
    } catch (error) {
      call.deferred.reject(error)
      report(error)
    }
  }

  const accept = (name: string, call: Call): boolean => {
    const callee = plugins.get(name)
    if (!callee) return false
    if (callee.isReady || call.commander === name) soon(() => run(callee, call))
    else callee.waiting.push(call)
    return true
  }

  return {
    /** Call a command on behalf of `commander`; a name without a dot is one of its own. */
    dispatch<T>(commander: string, address: string, options?: object | null): Promised<T> {
      const command = address.includes('.') ? address : `${commander}.${address}`
      const name = command.slice(0, command.indexOf('.'))
      const deferred = defer<T>()
      const data = hooked(command, options ?? {})
      if (data) {
        trace(commander, 'commands', command, data)
        const call: Call = { data, deferred, commander, command, time: Date.now() }
        const lost = () => deferred.reject(NO_PLUGIN)
        if (!accept(name, call)) load(name).then(() => accept(name, call) || lost(), lost)
      } else {
        soon(() => deferred.reject(CANCELLED))
      }
      return deferred.promise()
    },

    /** Run `hook` before every call of `address`; false when that is no full address. */
    before(address: string, hook: Hook): boolean {
      if (!address.includes('.') || typeof hook !== 'function') return false
      hooks[address] = [...(hooks[address] ?? []), hook]
      return true
    },

    /** The plugin is ready: whatever waited runs now, in order. */
    flush(callee: Callee): void {
      callee.isReady = true
      for (const call of callee.waiting.splice(0)) soon(() => run(callee, call))
    },
  }
}
