// The plugin App: themes, languages, and what concerns all plugins.

import type { Call, Plugin } from '../../shared/types'
import { createAutoLoad } from './autoload'
import { nodeOf } from './nodes'
import type { Core } from './start'

const EVENTS = 'ready closeAll theme i18n language mobileMode timeFormat zoom focus blur requestHeaderUpdated'
const THEME_DEMO_MS = 1000
const HEADERS = ['Authorization', 'apikey']

export function addApp(core: Core, app: Plugin): void {
  app.registerEvents(EVENTS.split(' '))
  addThemes(core, app)
  addLanguages(core, app)
  addHeaders(core, app)
  const autoLoad = createAutoLoad(core.cookies)
  const listing = (isWanted: boolean) => (call: Call<{ name?: string }>) => {
    autoLoad.set(call.data.name ?? call.commander, isWanted)
    call.deferred.resolve()
  }
  app.registerCommand('registerAutoLoad', listing(true))
  app.registerCommand('deregisterAutoLoad', listing(false))
  app.registerCommand('closeAll', ({ deferred }) => {
    app.publish('closeAll')
    deferred.resolve()
  })
  app.registerCommand('debug', ({ data, deferred }: Call<{ enabled?: boolean }>) => {
    core.desk.bus.configure({ debug: data.enabled !== false })
    deferred.resolve()
  })
  for (const name of ['info', 'about', 'credits'])
    app.registerCommand(name, ({ deferred }) => {
      const { version, plugins } = core.desk.bus.runtime
      console.info(`Frontdesk ${version}: ${plugins.join(', ')}`)
      deferred.resolve({ name: 'Frontdesk', version, plugins })
    })
}

function addThemes({ themes, wrap }: Core, app: Plugin): void {
  app.registerCommand('getTheme', ({ deferred }) => deferred.resolve(themes.current()))
  app.registerCommand('setTheme', ({ data, deferred }: Call<{ theme?: string }>) => {
    const { theme } = data
    if (!theme || !themes.keys().includes(theme)) return deferred.reject('Invalid theme specified')
    themes.use(theme)
    return deferred.resolve(theme)
  })
  app.registerCommand('reTheme', ({ data, deferred, commander }: Call<{ html?: unknown }>) => {
    const node = nodeOf(data.html)
    if (!node) return deferred.reject(`No HTML provided by ${commander}`)
    themes.dress(node)
    return deferred.resolve(wrap(node))
  })
  app.registerCommand('themeDemo', ({ data, deferred }: Call<{ delay?: number }>) => {
    const delay = data.delay ?? THEME_DEMO_MS
    for (const [index, key] of themes.keys().entries()) setTimeout(() => themes.use(key), index * delay)
    deferred.resolve()
  })
}

function addLanguages({ languages, speak }: Core, app: Plugin): void {
  app.registerCommand('setLanguage', async ({ data, deferred }: Call<{ lang?: string }>) => {
    const { lang } = data
    const isKnown = await speak(lang ?? 'en')
    if (!lang) deferred.reject('No language code provided')
    else if (isKnown) deferred.resolve()
    else deferred.reject('No matching language code found in language pack')
  })
  type Strings = { i18n?: object; namespace?: string; lang?: string }
  app.registerCommand('registerI18n', ({ data, deferred, commander }: Call<Strings>) => {
    const { namespace = commander.toLowerCase(), lang = 'en', i18n = {} } = data
    languages.register(namespace, lang, { ...i18n })
    deferred.resolve()
  })
}

function addHeaders({ desk }: Core, app: Plugin): void {
  type Given = { header?: Record<string, string> }
  const keep = (header: Record<string, string>) =>
    Object.fromEntries(Object.entries(header).filter(([name]) => HEADERS.includes(name)))
  app.data('requestHeader', keep(desk.settings().main?.header ?? {}))
  app.registerCommand('updateAJAXHeader', (call: Call<Given>) => {
    const header = keep(call.data.header ?? {})
    if (!Object.keys(header).length) return call.deferred.reject('No request header found.')
    const all = { ...(app.data<object>('requestHeader') ?? {}), ...header }
    app.data('requestHeader', all)
    app.republish('requestHeaderUpdated', { header: all })
    return call.deferred.resolve(call)
  })
  app.registerCommand('removeAJAXHeader', ({ deferred }) => {
    app.data('requestHeader', {})
    app.republish('requestHeaderUpdated', { header: {} })
    deferred.resolve()
  })
}
