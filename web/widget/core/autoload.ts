// Plugins that want to be there on the next page without anybody asking: a cookie lists them.

import { objectOf, parsed } from '../service/json'
import type { CookieJar } from './cookies'

const COOKIE = '_genesys.widgets.app.autoLoadList'

export interface AutoLoad {
  set(name: string, isWanted: boolean): void
  /** Those that are to be loaded now. */
  names(): string[]
}

export function createAutoLoad(cookies: CookieJar): AutoLoad {
  const read = () => objectOf(parsed(cookies.get(COOKIE) ?? ''))
  return {
    set(name, isWanted) {
      cookies.set(COOKIE, JSON.stringify({ ...read(), [name]: isWanted }))
    },
    names() {
      const list = read()
      return Object.keys(list).filter((name) => list[name])
    },
  }
}
