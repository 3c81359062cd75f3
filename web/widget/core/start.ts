// The core: everything that plugins lean on, and the order in which it starts.

import type { Plugin } from '../../shared/types'
import type { Compatibility } from '../compatibility/compatibility'
import type { Desk } from '../desk'
import type { Plugins } from '../plugins'
import { brandStyle } from '../themes/brand'
import tokens from '../themes/tokens.css?inline'
import views from '../themes/views.css?inline'
import { addApp } from './app'
import { createAutoLoad } from './autoload'
import { type CookieJar, createCookies } from './cookies'
import { addExtensions } from './extensions'
import { createLanguages, type Languages } from './languages'
import { watchLayout } from './layout'
import { guid } from './nodes'
import { addOverlay } from './overlay'
import { createThemes, type Themes } from './themes'
import { addToaster } from './toaster'
import { addWatchman } from './watchman'
import { addWindows } from './windows'

const PRELOAD_DELAY_MS = 100

/** What plugins get from the core. */
export interface Core {
  readonly desk: Desk
  readonly app: Plugin
  readonly cookies: CookieJar
  readonly languages: Languages
  readonly themes: Themes
  /** Bring one of our plugins; when it is on the bus. */
  load(name: string): Promise<unknown>
  /** Call `begin` once `App.ready` is out. */
  whenReady(begin: () => void): void
  /** Change the language and tell everybody; false, and English, when nobody has that one. */
  speak(lang: string): Promise<boolean>
  /** Add style to our shadow root. A strict policy of the page does not mind. */
  style(css: string): void
  /** jQuery and the Common library, for code that sites wrote. */
  compatibility(): Promise<Compatibility>
  /** A node as sites expect it: in jQuery's wrapping where that is loaded. */
  wrap(node: Node): unknown
}

/**
 * Register the plugins of the core at once, and start them when the page has given its configuration.
 *
 * As one bundle all of `plugins` start with it; `others` come only when a page asks for them by name.
 */
export function startCore(desk: Desk, plugins: Plugins, others: Plugins = {}): Core {
  const add = (name: string) => desk.bus.registerPlugin(name) as Plugin
  const app = add('App')
  const core = createCore(desk, app, { ...others, ...plugins })
  // The body is there once the page has been parsed.
  desk.configured.then(() => [tokens, brandStyle(desk), views].forEach(core.style))
  remember('false')
  app.data('ID', guid())
  addApp(core, app)
  const extensions = addExtensions(core, app)
  const visible = { Toaster: addToaster, Overlay: addOverlay, WindowManager: addWindows }
  for (const [name, fill] of Object.entries(visible)) {
    const plugin = add(name)
    fill(core, plugin)
    beReady(plugin)
  }
  const watchman = add('Watchman')
  addWatchman(watchman)
  for (const plugin of [watchman, add('Common')]) beReady(plugin)
  desk.quick.republish('ready')
  run(core, Object.keys(plugins), extensions)
  return core
}

function beReady(plugin: Plugin): void {
  plugin.ready()
  plugin.republish('ready')
}

/** Steps 3 to 6 of the bus, section 2.3. */
async function run(
  core: Core,
  plugins: readonly string[],
  extensions: ReturnType<typeof addExtensions>,
): Promise<void> {
  const { desk, app, languages, themes } = core
  await desk.configured
  const settings = desk.settings()
  settings.main ??= {}
  const main = Object.assign(settings.main, settings.app, settings.global)
  if (desk.isBundle) for (const name of plugins) core.load(name).catch(() => {}) // A command tries again.
  if (main.debug) desk.bus.configure({ debug: true })
  app.data('deploymentID', main.deploymentID)
  app.data('cookieOptions', core.cookies.options())
  app.data('transitions', main.transitions !== false)
  app.data('timeFormat', Number(main.timeFormat ?? 12))
  app.republish('timeFormat', { timeFormat: app.data('timeFormat') })
  watchLayout(app, main, core.cookies)
  themes.use(main.theme)
  await languages.load()
  await core.speak(main.lang ?? 'en')
  moveStylesheet(main.customStylesheetID)
  app.ready()
  await extensions.runFunctions()
  app.republish('ready', settings)
  app.data('ready', true)
  remember('true')
  extensions.loadScripts()
  if (typeof settings.onReady === 'function') settings.onReady(desk.quick)
  setTimeout(() => preload(core), main.pluginLoadDelay ?? PRELOAD_DELAY_MS)
}

/** The site's own style comes last. */
function moveStylesheet(id = ''): void {
  const sheet = id && document.getElementById(id.replace('#', ''))
  if (sheet) document.body.append(sheet)
}

function preload({ desk, cookies }: Core): void {
  const names = [...(desk.settings().main?.preload ?? []), ...createAutoLoad(cookies).names()]
  for (const name of names) desk.bus.loadPlugin(name)
}

/** What pages may look at to know whether we are ready. */
function remember(ready: string): void {
  try {
    sessionStorage.setItem('Widgets.ready', ready)
  } catch {
    // A page may have no storage.
  }
}

function createCore(desk: Desk, app: Plugin, plugins: Plugins): Core {
  const main = () => desk.settings().main ?? {}
  const loaded: Record<string, Promise<unknown>> = {}
  let compatible: Compatibility | undefined
  const core: Core = {
    desk,
    app,
    cookies: createCookies(main),
    languages: createLanguages(main),
    themes: createThemes(desk, (theme) => {
      app.data('theme', theme)
      app.republish('theme', { theme })
    }),
    load(name) {
      const key = name.toLowerCase()
      const bring = async () => (await plugins[key]?.())?.register(desk, core)
      loaded[key] ??= bring()
      loaded[key].catch(() => {
        delete loaded[key]
      })
      return loaded[key]
    },
    whenReady(begin) {
      app.subscribe('App.ready', begin)
    },
    async speak(lang) {
      const { languages } = core
      const isKnown = await languages.use(lang)
      const i18n = languages.table()
      const language = languages.current()
      const mount = desk.mount()
      mount.lang = language
      mount.dir = /^(ar|fa|he|ur)/.test(language) ? 'rtl' : 'ltr'
      app.data('i18n', i18n)
      app.data('language', language)
      app.republish('i18n', { i18n, lang: language })
      app.republish('language', { language })
      return isKnown
    },
    style(css) {
      const sheet = new CSSStyleSheet()
      sheet.replaceSync(css)
      const root = desk.mount().getRootNode() as ShadowRoot
      root.adoptedStyleSheets.push(sheet)
    },
    async compatibility() {
      const { create } = await import('../compatibility/compatibility')
      compatible ??= create(core)
      return compatible
    },
    wrap: (node) => compatible?.$(node as HTMLElement) ?? node,
  }
  return core
}
