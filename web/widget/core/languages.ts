// The words of the widget: the site's, what plugins brought, ours, and English where all else is silent.

import type { Desk } from '../desk'
import { isObject } from '../service/json'
import type { LanguagePack, MainSettings, Strings } from '../settings'

type Namespaces = Record<string, Strings>
type Ours = { default: Namespaces }

export interface Languages {
  /** The code in use: as the site writes it. */
  current(): string
  /** The text of a key; what plugins of sites want may be no text. The key itself when nobody has a word for it. */
  text(namespace: string, key: string): unknown
  /** Every word of the current language: namespace → key → text. */
  table(): Namespaces
  /** What a plugin has to say unless the site says it otherwise. */
  register(namespace: string, lang: string, strings: Strings): void
  /** Change the language; false, and English, when nobody has that one. */
  use(lang: string): Promise<boolean>
  /** Take in the pack of the site. */
  load(): Promise<void>
}

export function createLanguages(desk: Desk, main: () => MainSettings): Languages {
  const brought: LanguagePack = {}
  const ours: LanguagePack = {}
  let pack: LanguagePack = {}
  let lang = 'en'

  /** Fetch our words of a language, or of the one it is a kind of; whether we have it. */
  const fetchOurs = async (code: string): Promise<boolean> => {
    const known = [code, code.slice(0, 2).toLowerCase()].find((it) => LANGUAGES.includes(it))
    if (!known) return false
    try {
      ours[code] ??= (await desk.fetch<Ours>(known)).default
    } catch {
      return false
    }
    return true
  }
  const table = (): Namespaces =>
    [ours['en'], brought['en'], ours[lang], brought[lang], pack[lang]].reduce(merged, {}) as Namespaces
  return {
    current: () => lang,
    table,
    text: (namespace, key) => table()[namespace]?.[key] ?? key,
    register(namespace, code, strings) {
      brought[code] = merged(brought[code], { [namespace]: strings }) as Namespaces
    },
    async use(code) {
      const isOurs = await fetchOurs(code)
      const isKnown = isOurs || code in pack || code in brought
      lang = isKnown ? code : 'en'
      // A site may bring a language that we lack, and only some of its words.
      if (!isOurs) await fetchOurs('en')
      return isKnown
    },
    async load() {
      const { i18n } = main()
      if (typeof i18n === 'object') pack = i18n
      if (typeof i18n !== 'string') return
      try {
        pack = await (await fetch(i18n)).json()
      } catch (error) {
        console.warn(`The language pack ${i18n} could not be read.`, error)
      }
    },
  }
}

/** Words over words; `Errors` and other tables are merged key by key. */
function merged(under?: Strings, over?: Strings | null): Strings {
  const all = { ...under }
  for (const [key, value] of Object.entries(over ?? {})) {
    const before = all[key]
    all[key] = isObject(value) ? merged(isObject(before) ? before : undefined, value) : value
  }
  return all
}
