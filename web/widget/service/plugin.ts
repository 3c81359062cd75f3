// WebChatService on a page: with its configuration, its cookies, and what it knows of the page.

import type { Plugin } from '../../shared/types'
import type { Core } from '../core/start'
import type { Desk } from '../desk'
import { objectOf } from './json'
import type * as MoreFile from './more'
import type { Protocol } from './protocol'
import { createService, NAME, type Service } from './service'
import type * as SocketFile from './transports/socket'
import { pageData } from './userdata'

export function register(desk: Desk, core: Core): void {
  const plugin = desk.bus.registerPlugin(NAME)
  if (!plugin) return
  const { cookies, app } = core
  const { domain, path } = cookies.options()
  const fetched = (name: string) => () => desk.fetch<Protocol>(`transport-${name}`)
  const service = createService(plugin, {
    config: () => desk.settings().webchat ?? {},
    header: () => objectOf(app.data('requestHeader')),
    store: cookies,
    pageData: () => pageData(desk.version),
    language: () => core.languages.current(),
    callbackValues: [cookies, { domain, path }],
    socket: () => desk.fetch<typeof SocketFile>('socket'),
    more: () => desk.fetch<typeof MoreFile>('more'),
    protocols: { 'v2-cometd': fetched('cometd'), 'pureengage-v3-rest': fetched('v3') },
    isOpen: () => desk.bus.data('WebChat.open') === true,
  })
  followPage(plugin, service)
  // The next page needs us at once while there is a chat, and only then.
  const load = (command: string) => () => plugin.command(`App.${command}`, { name: NAME })
  for (const name of ['started', 'restored']) plugin.subscribe(`${NAME}.${name}`, load('registerAutoLoad'))
  for (const name of ['ended', 'restoreTimeout', 'restoreFailed'])
    plugin.subscribe(`${NAME}.${name}`, load('deregisterAutoLoad'))
  core.whenReady(() => {
    // A window that comes with us must hear how the chat of the page before is told again.
    const window = desk.isBundle ? core.load('webchat').catch(() => {}) : Promise.resolve()
    window.then(service.begin)
  })
}

/** What the browser knows better than a clock: somebody looks again, the network is back. */
function followPage(plugin: Plugin, { engine }: Service): void {
  const look = () => {
    const isVisible = document.visibilityState === 'visible'
    const isWatched = isVisible && document.hasFocus()
    if (!engine.isActive()) return
    if (!engine.options().sleeps) {
      if (isVisible) engine.live?.poller.hurry()
    } else if (isWatched === (plugin.data('sleeping') === true))
      plugin.command(isWatched ? 'wake' : 'sleep', { resetIdleState: true })
  }
  document.addEventListener('visibilitychange', look)
  for (const event of ['focus', 'blur', 'online', 'pageshow']) window.addEventListener(event, look)
}
