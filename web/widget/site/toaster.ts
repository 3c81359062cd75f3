// The plugin Toaster: one small notice in the corner.

import type { Call } from '../../shared/types'
import { button, element, guid, nodeOf } from '../core/nodes'
import type { Core } from '../core/start'
import type { Commands } from './types'

interface ToastOptions {
  type?: 'generic' | 'custom'
  title?: unknown
  body?: unknown
  icon?: string
  controls?: 'close' | 'minimize' | 'all'
  buttons?: { type?: string; primary?: string; secondary?: string }
  immutable?: boolean
}

const NO_CONTENT = 'No content was provided. Toaster has ignored your command.'
const RESERVED = 'Toaster view is currently reserved'
const CLOSED = 'Toaster view is already closed'

interface Toast {
  readonly node: HTMLElement
  readonly owner: string
  readonly isImmutable: boolean
  readonly closed: string
}

export function createToaster(core: Core): Commands {
  const plugin = core.plugins.Toaster
  let toast: Toast | undefined
  const isReserved = (commander: string) =>
    toast?.isImmutable && commander !== toast.owner && commander !== 'App'

  const close = () => {
    if (!toast) return
    toast.node.remove()
    plugin.publish(toast.closed)
    plugin.publish('closed')
    toast = undefined
  }
  plugin.subscribe('App.closeAll', close)
  return {
    open({ data, deferred, commander }: Call<ToastOptions>) {
      const content = draw(data, close)
      if (!content) return deferred.reject(NO_CONTENT)
      if (isReserved(commander)) return deferred.reject(RESERVED)
      close()
      const node = element('div', 'cx-widget cx-toaster', content)
      const closed = `close.${commander}#${guid()}`
      toast = { node, owner: commander, isImmutable: !!data.immutable, closed }
      core.themes.dress(node)
      core.desk.mount().append(node)
      plugin.publish('opened')
      return deferred.resolve({ html: core.wrap(content), events: { close: `Toaster.${closed}` } })
    },
    close({ deferred, commander }) {
      if (!toast) return deferred.reject(CLOSED)
      if (isReserved(commander)) return deferred.reject(RESERVED)
      close()
      return deferred.resolve()
    },
  }
}

/** The toast, or nothing when there is nothing to say. */
function draw({ type, title, body, controls, buttons }: ToastOptions, close: () => void) {
  const words = typeof body === 'string' && type !== 'custom' ? element('p', 'cx-body', body) : nodeOf(body)
  if (!words && !title) return undefined
  const node = element('div', 'cx-toast')
  node.role = 'dialog'
  if (title) {
    const heading = element('h2', 'cx-title', `${title}`)
    node.ariaLabel = `${title}`
    node.append(heading)
  }
  if (words) node.append(words)
  if (controls === 'close' || controls === 'all') {
    const cross = button('cx-icon cx-button-close', '×', close)
    cross.ariaLabel = 'Close'
    node.append(cross)
    node.onkeydown = ({ key }) => key === 'Escape' && cross.click()
  }
  if (buttons?.primary || buttons?.secondary) {
    const group = element('div', 'cx-button-group cx-buttons-binary')
    if (buttons.secondary) group.append(button('cx-btn cx-btn-default', buttons.secondary))
    if (buttons.primary) group.append(button('cx-btn cx-btn-primary', buttons.primary))
    node.append(group)
  }
  return node
}
