// The core: everything that plugins lean on, and the order in which it starts.

import { once } from '../../shared/once'
import type { Handler, Plugin } from '../../shared/types'
import type * as CompatibilityFile from '../compatibility/compatibility'
import type { Compatibility } from '../compatibility/compatibility'
import type { Desk } from '../desk'
import type { Plugins } from '../plugins'
import type * as SiteFile from '../site/site'
import type { Site } from '../site/site'
import type * as BrandFile from '../themes/brand'
import tokens from '../themes/tokens.css?inline'
import views from '../themes/views.css?inline'
import { addApp } from './app'
import { createAutoLoad } from './autoload'
import { type CookieJar, createCookies } from './cookies'
import { createLanguages, type Languages } from './languages'
import { type Signs, watchLayout, watchSigns } from './layout'
import { guid, nodeOf } from './nodes'
import { createThemes, type Themes } from './themes'
import { addWindows } from './windows'

const PRELOAD_DELAY_MS = 100

type OwnPlugin = 'App' | 'Toaster' | 'Overlay' | 'WindowManager' | 'Watchman' | 'Common'

// The events of our plugins, and those commands that are carried out by site/site.ts, which comes at the first call.
const OWN: Record<OwnPlugin, [events: string, commands: string]> = {
  App: [
    'ready closeAll theme i18n language mobileMode timeFormat zoom focus blur requestHeaderUpdated',
    'getTheme setTheme reTheme themeDemo setLanguage debug info about credits registerExtension registerPlugin',
  ],
  Toaster: ['ready opened closed', 'open close'],
  Overlay: ['ready', 'open close back immutable mutable'],
  WindowManager: ['ready changed', 'registerSideButton'],
  Watchman: ['ready tick idle:<n> uptime:<n>', 'idle uptime time startTime alarm interval countdown'],
  Common: ['ready', ''],
}

/** What plugins get from the core. */
export interface Core {
  readonly desk: Desk
  readonly app: Plugin
  readonly plugins: Readonly<Record<OwnPlugin, Plugin>>
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
  /** What something that a page gives to be seen stands for. */
  nodeOf(content: unknown): HTMLElement | undefined
  /** An id nobody else has. */
  newId(): string
  /** When the visitor was last seen to do something. */
  readonly signs: Signs
  /** When `App.ready` was published; until then, later than any time. */
  readyMs: number
  /** jQuery and the Common library, for code that sites wrote. */
  compatibility(): Promise<Compatibility>
  /** What only sites ask for. */
  site(): Promise<Site>
  /** A node as sites expect it: in jQuery's wrapping where that is loaded. */
  wrap(node: Node): unknown
}

/**
 * Register the plugins of the core at once, and start them when the page has given its configuration.
 *
 * As one bundle all of `plugins` start with it; `others` come only when a page asks for them by name.
 */
export function startCore(desk: Desk, plugins: Plugins, others: Plugins = {}): Core {
  const own = addPlugins(desk)
  const core = createCore(desk, own, { ...others, ...plugins })
  // The body is there once the page has been parsed.
  desk.configured.then(() => [tokens, views].forEach(core.style))
  remember('false')
  core.app.data('ID', core.newId())
  addApp(core)
  addWindows(core)
  addLater(core)
  for (const [name, plugin] of Object.entries(own)) if (name !== 'App') beReady(plugin)
  desk.quick.republish('ready')
  run(core, Object.keys(plugins))
  return core
}

function addPlugins({ bus }: Desk): Core['plugins'] {
  const add = (name: string, [events]: readonly string[]) => {
    const plugin = bus.registerPlugin(name) as Plugin
    plugin.registerEvents((events as string).split(' '))
    return [name, plugin]
  }
  return Object.fromEntries(Object.entries(OWN).map(([name, said]) => add(name, said)))
}

/** Commands whose handlers come with the first call of any of them; calls keep their order. */
function addLater(core: Core): void {
  for (const [name, [, commands]] of Object.entries(OWN)) {
    const handler: Handler = (call) =>
      core
        .site()
        .then(
          (site) => site.commands[name]?.[call.command.slice(name.length + 1)]?.(call),
          call.deferred.reject,
        )
    for (const command of commands.split(' ').filter(Boolean))
      core.plugins[name as OwnPlugin].registerCommand(command, handler)
  }
  // The clock goes when somebody listens to it.
  const { desk, plugins } = core
  desk.listened = (name) => name === 'Watchman' && core.site().catch(() => {})
  if (Object.keys(plugins.Watchman.subscribers())[0]) desk.listened('Watchman')
}

function beReady(plugin: Plugin): void {
  plugin.ready()
  plugin.republish('ready')
}

/** Steps 3 to 6 of the bus, section 2.3. */
async function run(core: Core, plugins: readonly string[]): Promise<void> {
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
  const hasExtensions = Object.keys(settings.extensions ?? {}).length > 0
  const site = hasExtensions ? await core.site().catch(console.error) : undefined
  themes.use(main.theme)
  await languages.load()
  await core.speak(main.lang ?? 'en')
  if (main.color) await useBrand(core).catch(console.error)
  const { customStylesheetID } = main
  if (customStylesheetID)
    await core.site().then((site) => site.useStylesheet(customStylesheetID), console.error)
  app.ready()
  await site?.extensions.runFunctions()
  app.republish('ready', settings)
  app.data('ready', true)
  core.readyMs = Date.now()
  remember('true')
  site?.extensions.loadScripts()
  if (typeof settings.onReady === 'function') settings.onReady(desk.quick)
  setTimeout(() => preload(core), main.pluginLoadDelay ?? PRELOAD_DELAY_MS)
}

/** What follows from the site's colour. */
async function useBrand({ desk, style }: Core): Promise<void> {
  const { brandStyle } = await desk.fetch<typeof BrandFile>('brand')
  style(brandStyle(desk))
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

function createCore(desk: Desk, own: Core['plugins'], plugins: Plugins): Core {
  const app = own.App
  const main = () => desk.settings().main ?? {}
  const loaded: Record<string, () => Promise<unknown>> = {}
  let compatible: Compatibility | undefined
  const core: Core = {
    desk,
    app,
    plugins: own,
    nodeOf,
    newId: guid,
    signs: watchSigns(),
    readyMs: Infinity,
    cookies: createCookies(main),
    languages: createLanguages(desk, main),
    themes: createThemes(desk, (theme) => {
      app.data('theme', theme)
      app.republish('theme', { theme })
    }),
    load(name) {
      const key = name.toLowerCase()
      loaded[key] ??= once(async () => (await plugins[key]?.())?.register(desk, core))
      return loaded[key]()
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
      // In a layer: style of the site needs no more weight than ours to win.
      sheet.replaceSync(`@layer cx{${css}}`)
      const root = desk.mount().getRootNode() as ShadowRoot
      root.adoptedStyleSheets.push(sheet)
    },
    compatibility: once(async () => {
      const { create } = await desk.fetch<typeof CompatibilityFile>('compatibility')
      compatible = create(core)
      return compatible
    }),
    site: once(async () => (await desk.fetch<typeof SiteFile>('site')).createSite(core)),
    wrap: (node) => compatible?.$(node as HTMLElement) ?? node,
  }
  return core
}
