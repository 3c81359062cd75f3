// The plugin WindowManager: docks at the bottom of the page, and buttons at its side.

import type { Call } from '../../shared/types'
import { element, nodeOf } from './nodes'
import type { Core } from './start'

interface DockOptions {
  html?: unknown
  id?: string
  draggable?: boolean
}

interface Dock {
  readonly id: string
  readonly html: unknown
  readonly owner: string
  /** Take the dock away, and then call `after`. */
  close(after?: () => void): void
}

export function addWindows(core: Core): void {
  const plugin = core.plugins.WindowManager
  const docks = new Map<string, Dock>()
  const watched = new Set<string>()
  const row = element('div', 'cx-docks')

  const changed = () => plugin.publish('changed', { registry: Object.fromEntries(docks) })

  const dock = (id: string, owner: string, content: HTMLElement): Dock => {
    const node = element('div', `cx-dock cx-dock-view cx-docked-${id}`, content)
    node.setAttribute('cx-dock-id', id)
    row.append(node)
    core.desk.mount().append(row)
    return {
      id,
      owner,
      html: core.wrap(content),
      close(after) {
        node.remove()
        if (docks.delete(id)) changed()
        after?.()
      },
    }
  }
  /** Docks go with their owner's window. */
  const watch = (owner: string) => {
    if (watched.has(owner)) return
    watched.add(owner)
    plugin.subscribe(`${owner}.closed`, () => {
      for (const each of [...docks.values()]) if (each.owner === owner) each.close()
    })
  }
  const registerDockView = ({ data, deferred, commander }: Call<DockOptions>) => {
    const content = nodeOf(data.html)
    const id = data.id ?? commander
    if (!content) return deferred.reject('No HTML content provided.')
    if (docks.has(id)) return deferred.reject(`${id} is already registered. Ignoring.`)
    const added = dock(id, commander, content)
    docks.set(id, added)
    watch(commander)
    core.themes.dress(core.desk.mount())
    changed()
    return deferred.resolve(added)
  }
  plugin.registerCommands({
    registerDockView,
    deregisterDockView({ data, deferred, commander }: Call<DockOptions>) {
      docks.get(data.id ?? commander)?.close()
      deferred.resolve()
    },
    changed({ deferred }) {
      changed()
      deferred.resolve()
    },
  })
}
