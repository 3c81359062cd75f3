// Addresses of pages: what of them may leave the browser.
//
// Source: journey, section 12.4. The server does it again.

import type { Tracking } from './types'

const SECRETS =
  /^(token|(access|id|refresh)_token|code|state|password|pwd|secret|key|apikey|signature|sig|auth|session|sid|e-?mail|mail|phone|tel|ssn|iban)$/i

const hasName = (names: readonly string[] | undefined, name: string) =>
  !!names?.some((each) => each.toLowerCase() === name.toLowerCase())

/** The parts of `query` that may be told; what is kept stands as it stood. */
function kept(query: string, { excludedQueryParameters, keepOnlyQueryParameters }: Tracking): string {
  const isKept = (part: string) => {
    // A fragment may look like an address of its own.
    const name = `${new URLSearchParams(part).keys().next().value}`.replace(/^.*\?/, '')
    if (SECRETS.test(name) || hasName(excludedQueryParameters, name)) return false
    return !keepOnlyQueryParameters?.length || hasName(keepOnlyQueryParameters, name)
  }
  return query.split('&').filter(isKept).join('&')
}

/** `address` without what must not be told; nothing when it is no address. */
export function cleanUrl(address: string, tracking: Tracking): string {
  try {
    const url = new URL(address)
    url.username = url.password = ''
    url.search = kept(url.search.slice(1), tracking)
    url.hash = tracking.shouldKeepUrlFragment ? kept(url.hash.slice(1), tracking) : ''
    return url.href
  } catch {
    return ''
  }
}

/** What somebody searched for: read before parameters are removed. */
export function searchQuery(address: string, { searchQueryParameters }: Tracking): string {
  for (const [name, value] of new URL(address).searchParams)
    if (hasName(searchQueryParameters, name) && value) return value
  return ''
}
