// The plugin App: what concerns all plugins. Most of its commands come with site/app.ts.

import type { Call } from '../../shared/types'
import { createAutoLoad } from './autoload'
import type { Core } from './start'

const HEADERS = ['Authorization', 'apikey']

/** What of `header` may go along with requests. */
export const headersOf = (header: object = {}) =>
  Object.fromEntries(Object.entries(header).filter(([name]) => HEADERS.includes(name)))

export function addApp({ app, cookies, desk }: Core): void {
  const autoLoad = createAutoLoad(cookies)
  const listing = (isWanted: boolean) => (call: Call<{ name?: string }>) => {
    autoLoad.set(call.data.name ?? call.commander, isWanted)
    call.deferred.resolve()
  }
  app.data('requestHeader', headersOf(desk.settings().main?.header))
  app.registerCommands({
    registerAutoLoad: listing(true),
    deregisterAutoLoad: listing(false),
    closeAll({ deferred }) {
      app.publish('closeAll')
      deferred.resolve()
    },
  })
}
