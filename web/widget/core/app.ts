// The plugin App: what concerns all plugins. Commands without which the next one goes just as well come with site/app.ts.

import type { Call } from '../../shared/types'
import { createAutoLoad } from './autoload'
import type { Core } from './start'

const HEADERS = ['Authorization', 'apikey']

type Strings = { i18n?: object; namespace?: string; lang?: string }
type Given = { header?: Record<string, string> }

/** What of `header` may go along with requests. */
const headersOf = (header: object = {}) =>
  Object.fromEntries(Object.entries(header).filter(([name]) => HEADERS.includes(name)))

export function addApp({ app, cookies, desk, languages }: Core): void {
  const autoLoad = createAutoLoad(cookies)
  const listing = (isWanted: boolean) => (call: Call<{ name?: string }>) => {
    autoLoad.set(call.data.name ?? call.commander, isWanted)
    call.deferred.resolve()
  }
  const useHeader = (header: object) => {
    app.data('requestHeader', header)
    app.republish('requestHeaderUpdated', { header })
  }
  app.data('requestHeader', headersOf(desk.settings().main?.header))
  app.registerCommands({
    registerAutoLoad: listing(true),
    deregisterAutoLoad: listing(false),
    closeAll({ deferred }) {
      app.publish('closeAll')
      deferred.resolve()
    },
    registerI18n({ data, deferred, commander }: Call<Strings>) {
      const { namespace = commander.toLowerCase(), lang = 'en', i18n = {} } = data
      languages.register(namespace, lang, { ...i18n })
      deferred.resolve()
    },
    updateAJAXHeader(call: Call<Given>) {
      const header = headersOf(call.data.header)
      if (!Object.keys(header).length) return call.deferred.reject('No request header found.')
      useHeader({ ...app.data<object>('requestHeader'), ...header })
      return call.deferred.resolve(call)
    },
    removeAJAXHeader({ deferred }) {
      useHeader({})
      deferred.resolve()
    },
  })
}
