// The words of the widget: the site's, what plugins brought, ours, and English where all else is silent.

import type { Desk } from '../desk'
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

  const fetchOurs = async (code: string): Promise<boolean> => {
    const known = [code, code.slice(0, 2).toLowerCase()].find((it) => LANGUAGES.includes(it))
    if (known) ours[code] ??= (await desk.fetch<Ours>(`${known}.${LANGUAGES_HASH}.js`)).default
    return !!known
  }
  const table = (): Namespaces => {
    const all: Namespaces = {}
    for (const source of [ours['en'], brought['en'], ours[lang], brought[lang], pack[lang]])
      for (const [namespace, strings] of Object.entries(source ?? {}))
        all[namespace] = merged(all[namespace] ?? {}, strings)
    return all
  }
  return {
    current: () => lang,
    table,
    text: (namespace, key) => table()[namespace]?.[key] ?? key,
    register(namespace, code, strings) {
      brought[code] ??= {}
      brought[code][namespace] = merged(brought[code][namespace] ?? {}, strings)
    },
    async use(code) {
      const isOurs = await fetchOurs(code).catch(() => false)
      const isKnown = isOurs || code in pack || code in brought
      lang = isKnown ? code : 'en'
      // A site may bring a language that we lack, and only some of its words.
      if (!isOurs) await fetchOurs('en').catch(() => false)
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
function merged(under: Strings, over: Strings): Strings {
  const all = { ...under }
  for (const [key, value] of Object.entries(over)) {
    const before = all[key]
    all[key] = isTable(before) && isTable(value) ? merged(before, value) : value
  }
  return all
}

const isTable = (value: unknown): value is Strings =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
