// Finds the configuration, whichever comes first: it or the script.

import type { Settings } from '../settings'

/** Tell of the value of a property now, when there is one, and whenever the page sets it. */
function watch<T extends object, K extends keyof T>(
  owner: T,
  key: K,
  told: (value: NonNullable<T[K]>) => void,
) {
  let value = owner[key]
  if (value) told(value)
  try {
    Object.defineProperty(owner, key, {
      configurable: true,
      enumerable: true,
      get: () => value,
      set(next: T[K]) {
        value = next
        if (next) told(next)
      },
    })
  } catch {
    // Said with `var`, it cannot be watched, but it is there.
  }
}

/** Call `arrived` with `_genesys.widgets`, or its older alias, whenever the page sets it. */
export function watchConfiguration(arrived: (settings: Settings) => void): void {
  watch(window, '_genesys', (root) => {
    watch(root, 'cxwidget', arrived)
    watch(root, 'widgets', arrived)
  })
}

/** The configuration as it is now; an empty one is put there for a page that has none. */
export function settings(): Settings {
  window._genesys ??= {}
  const root = window._genesys
  root.widgets ??= root.cxwidget ?? {}
  return root.widgets
}

/** Add to the configuration; each plugin's options are merged. */
export function addSettings(given: Settings): void {
  const all = settings()
  for (const [key, value] of Object.entries(given)) {
    const before = all[key]
    const isBoth = typeof value === 'object' && typeof before === 'object'
    all[key] = isBoth ? { ...before, ...value } : value
  }
}

/** What the attributes of our script tag say: `data-service`, `data-lang`, `data-theme`, `data-color`. */
export function settingsOfTag({ service = '', lang, theme, color }: DOMStringMap, base: string): Settings {
  const dataURL = new URL(`/genesys/2/chat/${encodeURIComponent(service)}`, base).href
  // What is not said is left out.
  const main = JSON.parse(JSON.stringify({ lang, theme, color }))
  return { main, webchat: { dataURL, chatButton: { enabled: true } } }
}
