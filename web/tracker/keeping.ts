// Where ids live: cookies of the site itself, the browser's storage, or nowhere beyond this page.
//
// Source: journey, section 2.8. No value is personal.

import type { InitOptions } from './types'

export interface Keeping {
  get(name: string): string | undefined
  set(name: string, value: string, lastsS: number): unknown
  remove(name: string): unknown
}

/** In what has the form of the browser's storage, where nothing ends by itself. */
const inShelf = (shelf: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>): Keeping => ({
  get(name) {
    const [untilMs, value] = (shelf.getItem(name) ?? '').split('|')
    return Number(untilMs) > Date.now() ? value : undefined
  },
  set: (name, value, lastsS) => shelf.setItem(name, `${Date.now() + lastsS * 1000}|${value}`),
  remove: (name) => shelf.removeItem(name),
})

/** For as long as the page is there. */
function inMemory(): Keeping {
  const values = new Map<string, string>()
  return {
    get: (name) => values.get(name),
    set: (name, value) => values.set(name, value),
    remove: (name) => values.delete(name),
  }
}

function inCookies(domain = ''): Keeping {
  const put = (name: string, value: string, lastsS: number) => {
    const where = `${domain && `;domain=${domain}`}${location.protocol === 'https:' ? ';secure' : ''}`
    // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store is not everywhere, and answers later.
    document.cookie = `${name}=${value};path=/;max-age=${lastsS};samesite=lax${where}`
  }
  return {
    get: (name) => new RegExp(`(?:^|; )${name}=([^;]*)`).exec(document.cookie)?.[1],
    set: put,
    remove: (name) => put(name, '', 0),
  }
}

/** Where a page wants ids to live; memory where a browser refuses. */
export function createKeeping({ storage, cookieDomain }: InitOptions): Keeping {
  try {
    const keeping = storage === 'local' ? inShelf(localStorage) : inCookies(cookieDomain)
    keeping.get('') // A sandbox, or a browser that lets nothing be kept, throws here.
    if (storage !== 'memory') return keeping
  } catch {
    // As if the page had wanted it so.
  }
  return inMemory()
}
