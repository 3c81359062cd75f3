// Scripts of plugins that are not there yet, and files and modules that the page asks for.

import { type Deferred, defer, type Promised } from './promise'
import type { Soon } from './tasks'
import type { BusOptions } from './types'

/** Brings a plugin that comes with us; nothing for a name that is none of ours. */
export type BuiltIn = (name: string) => PromiseLike<unknown> | undefined

export type Loading = ReturnType<typeof createLoading>

/** Append a script; the promise settles with its load event or fails with its error event. */
function appendScript(url: string, deferred: Deferred, reason: string): void {
  const script = document.createElement('script')
  script.src = url
  // A page that allows scripts by a nonce has given it to ours.
  script.nonce = document.querySelector<HTMLScriptElement>('script[nonce]')?.nonce ?? ''
  script.onload = deferred.resolve
  script.onerror = () => deferred.reject(reason)
  document.head.append(script)
}

export function createLoading(
  options: BusOptions,
  isThere: (lowerName: string) => boolean,
  builtIn: BuiltIn,
  soon: Soon,
) {
  const files = new Set<string>()
  const modules = new Map<string, unknown>()
  const loading: Record<string, Promised> = {}

  const fetchPlugin = (name: string, lower: string, deferred: Deferred) => {
    const mapped = options.pluginMap[name] ?? options.pluginMap[lower]
    const ours = mapped !== false && builtIn(lower)
    if (mapped === false) soon(() => deferred.reject())
    else if (ours) ours.then(deferred.resolve, deferred.reject)
    else {
      const file = options.pluginFilenameFormat.replace('plugin', name).toLowerCase()
      appendScript(
        typeof mapped === 'string' ? mapped : options.pluginsPath + file,
        deferred,
        `Could not load plugin file: ${file}`,
      )
    }
  }

  /** Load a plugin; everybody who asks while it comes waits for the same. */
  const bring = (name: string): Promised => {
    const lower = name.toLowerCase()
    const running = loading[lower]
    if (running) return running
    const deferred = defer()
    const promise = deferred.promise()
    loading[lower] = promise
    promise.fail(() => delete loading[lower]) // The next caller may try again.
    fetchPlugin(name, lower, deferred)
    return promise
  }

  return {
    /** What a command waits for whose plugin is not there. */
    bring,

    /** Load a plugin because somebody asked for it; rejected when it is there or on its way. */
    loadPlugin(name: string): Promised {
      const lower = String(name).toLowerCase()
      if (!isThere(lower) && !loading[lower]) return bring(String(name))
      const deferred = defer()
      soon(() => deferred.reject())
      return deferred.promise()
    },

    /** Load a script once. */
    loadFile(url: string): Promised {
      const deferred = defer()
      if (files.has(url)) soon(() => deferred.reject())
      else appendScript(url, deferred, `Could not load file: ${url}`)
      files.add(url)
      return deferred.promise()
    },

    /** What `<pluginsPath><name>.mod.js` registers under `name`. */
    loadModule(name: string): Promised {
      const deferred = defer()
      const file = defer()
      file
        .promise()
        .done(() => deferred.resolve(modules.get(name)))
        .fail(deferred.reject)
      if (modules.has(name)) soon(() => file.resolve())
      else appendScript(`${options.pluginsPath}${name}.mod.js`, file, `Could not load module: ${name}`)
      return deferred.promise()
    },

    /** Whether `name` was free. */
    registerModule(name: string, value: unknown): boolean {
      if (modules.has(name)) return false
      modules.set(name, value)
      return true
    },
  }
}
