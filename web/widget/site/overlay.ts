// The plugin Overlay: one large view over the page, whose owner may keep it.

import type { Call, Handler } from '../../shared/types'
import { element, guid, nodeOf } from '../core/nodes'
import type { Core } from '../core/start'
import type { Commands } from './types'

interface OverlayOptions {
  html?: unknown
  immutable?: boolean
  modal?: boolean
  overlay?: boolean
  group?: string
  position?: 'center' | 'left' | 'right' | 'bottom'
  maxWidth?: string
}

const NO_CONTENT = 'No HTML content was provided. Overlay has ignored your command.'
const CLOSED = 'Overlay view is already closed'

interface View {
  readonly node: HTMLElement
  readonly owner: string
  readonly group: string
  readonly closed: string
  readonly attempted: string
  isImmutable: boolean
}

export function createOverlay(core: Core): Commands {
  const plugin = core.plugins.Overlay
  let views: View[] = [] // Of one group, the one that is seen last.
  const screen = element('div', 'cx-overlay-smokescreen')
  const seen = () => views.at(-1)

  /** Why `commander` may not touch the view that is seen. */
  const refusal = (commander: string) => {
    const view = seen()
    if (!view?.isImmutable || commander === view.owner || commander === 'App') return undefined
    plugin.publish(view.attempted)
    return `Overlay view is currently reserved by '${view.owner}'`
  }
  const drop = (view: View) => {
    view.node.remove()
    plugin.publish(view.closed)
  }
  const closeAll = () => {
    views.forEach(drop)
    views = []
    screen.remove()
  }
  const open = ({ data, commander }: Call<OverlayOptions>, content: HTMLElement): View => {
    const id = `${commander}#${guid()}`
    const { group = commander, position = 'center', maxWidth, modal, overlay } = data
    const node = element('div', `cx-widget cx-overlay-view cx-${position}`, content)
    node.role = 'dialog'
    node.ariaModal = `${!!modal}`
    if (maxWidth) node.style.maxWidth = maxWidth
    if (group !== seen()?.group) closeAll()
    for (const view of views) view.node.hidden = true
    if (modal || overlay) core.desk.mount().append(screen)
    core.themes.dress(node)
    core.desk.mount().append(node)
    return {
      node,
      group,
      owner: commander,
      closed: `close.${id}`,
      attempted: `closeAttempt.${id}`,
      isImmutable: !!data.immutable,
    }
  }
  const show = (call: Call<OverlayOptions>) => {
    const { data, deferred, commander } = call
    const content = nodeOf(data.html)
    if (!content) return deferred.reject(NO_CONTENT)
    const reason = refusal(commander)
    if (reason) return deferred.reject(reason)
    const view = open(call, content)
    views.push(view)
    const events = { close: `Overlay.${view.closed}`, closeAttempt: `Overlay.${view.attempted}` }
    return deferred.resolve({ html: core.wrap(content), group: view.group, events })
  }

  /** A command that needs an open view and the right to touch it. */
  const onView =
    (act: (view: View) => void): Handler =>
    ({ deferred, commander }) => {
      const view = seen()
      if (!view) return deferred.reject(CLOSED)
      const reason = refusal(commander)
      if (reason) return deferred.reject(reason)
      act(view)
      return deferred.resolve()
    }
  plugin.subscribe('App.closeAll', closeAll)
  return {
    open: show,
    close: onView(closeAll),
    back: onView((view) => {
      views.pop()
      drop(view)
      const before = seen()
      if (before) before.node.hidden = false
      else screen.remove()
    }),
    immutable: onView((view) => {
      view.isImmutable = true
    }),
    mutable: onView((view) => {
      view.isImmutable = false
    }),
  }
}
