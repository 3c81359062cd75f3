// Commands of the plugin App: what sites change for the eye.

import type { Call } from '../../shared/types'
import { nodeOf } from '../core/nodes'
import type { Core } from '../core/start'
import type { Commands } from './types'

const THEME_DEMO_MS = 1000

export function appCommands({ desk, speak, themes, wrap }: Core): Commands {
  const info: Commands[string] = ({ deferred }) => {
    const { version, plugins } = desk.bus.runtime
    console.info(`Frontdesk ${version}: ${plugins.join(', ')}`)
    deferred.resolve({ name: 'Frontdesk', version, plugins })
  }
  return {
    getTheme: ({ deferred }) => deferred.resolve(themes.current()),
    setTheme({ data, deferred }: Call<{ theme?: string }>) {
      const { theme } = data
      if (!theme || !themes.keys().includes(theme)) return deferred.reject('Invalid theme specified')
      themes.use(theme)
      return deferred.resolve(theme)
    },
    reTheme({ data, deferred, commander }: Call<{ html?: unknown }>) {
      const node = nodeOf(data.html)
      if (!node) return deferred.reject(`No HTML provided by ${commander}`)
      themes.dress(node)
      return deferred.resolve(wrap(node))
    },
    themeDemo({ data, deferred }: Call<{ delay?: number }>) {
      const delay = data.delay ?? THEME_DEMO_MS
      for (const [index, key] of themes.keys().entries()) setTimeout(() => themes.use(key), index * delay)
      deferred.resolve()
    },
    async setLanguage({ data, deferred }: Call<{ lang?: string }>) {
      const { lang } = data
      const isKnown = await speak(lang ?? 'en')
      if (!lang) deferred.reject('No language code provided')
      else if (isKnown) deferred.resolve()
      else deferred.reject('No matching language code found in language pack')
    },
    debug({ data, deferred }: Call<{ enabled?: boolean }>) {
      desk.bus.configure({ debug: data.enabled !== false })
      deferred.resolve()
    },
    info,
    about: info,
    credits: info,
  }
}
