// The cookies of the widget: session cookies on the widest domain of the site, without personal data.

import type { CookieOptions, MainSettings } from '../settings'

/** Get, set and remove cookies; names get the prefix of `main.deploymentID`. */
export interface CookieJar {
  get(name: string): string | undefined
  set(name: string, value: string, options?: CookieOptions): void
  remove(name: string, options?: CookieOptions): void
  /** Where cookies are written: what `main.cookieOptions` says over what we choose. */
  options(): CookieOptions
}

const DAY_MS = 86_400_000

function write(name: string, value: string, options: CookieOptions): void {
  const { expires, ...rest } = options
  const until = typeof expires === 'number' ? new Date(Date.now() + expires * DAY_MS) : expires
  const said = Object.entries({ ...rest, expires: until?.toUTCString() })
    .filter(([, of]) => of !== undefined && of !== false && of !== '')
    .map(([key, of]) => `;${key}${of === true ? '' : `=${of}`}`)
  // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API answers later, and not everywhere.
  document.cookie = `${encodeURIComponent(name)}=${encodeURIComponent(value)}${said.join('')}`
}

function read(name: string): string | undefined {
  const pairs = document.cookie.split('; ').map((pair) => pair.split(/=(.*)/).map(decode))
  return pairs.find(([of]) => of === name)?.[1]
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text // Somebody else wrote it.
  }
}

/** The widest domain that may have cookies of this page, found by trying; nothing for a host without dots. */
function widestDomain(): string | undefined {
  const labels = location.hostname.split('.')
  if (/^[\d.]+$/.test(location.hostname)) return undefined
  for (let from = labels.length - 2; from >= 0; from--) {
    const domain = `.${labels.slice(from).join('.')}`
    const probe = '_genesys.widgets.probe'
    write(probe, '1', { domain, path: '/' })
    if (read(probe)) {
      write(probe, '', { domain, path: '/', expires: new Date(0) })
      return domain
    }
  }
  return undefined
}

export function createCookies(main: () => MainSettings): CookieJar {
  let domain: string | undefined
  let isKnown = false
  const options = (): CookieOptions => {
    if (!isKnown) domain = widestDomain()
    isKnown = true
    const secure = location.protocol === 'https:'
    return { ...(domain && { domain }), path: '/', sameSite: 'Lax', secure, ...main().cookieOptions }
  }
  const named = (name: string) => {
    const { deploymentID } = main()
    return deploymentID ? `${deploymentID}.${name}` : name
  }
  return {
    options,
    get: (name) => read(named(name)),
    set: (name, value, given) => write(named(name), value, { ...options(), ...given }),
    remove: (name, given) => write(named(name), '', { ...options(), ...given, expires: new Date(0) }),
  }
}
