/** @jsxImportSource ./jsx */
// Addresses in words become links; text is text throughout.

import type { Child } from './jsx/jsx-runtime'

const ADDRESS = /\b(https?:\/\/[^\s<>"']*[^\s<>"'.,;:!?)\]])|\b([\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)+)/gi

export const link = (href: string, words: Child, target = '_blank', name?: string): Child => (
  <a class={name} href={href} target={target} rel="noopener noreferrer">
    {words}
  </a>
)

/** Text in which addresses have become links. */
export function linkified(text: string): Child[] {
  const parts: Child[] = []
  let from = 0
  for (const { 0: found, 1: url, index } of text.matchAll(ADDRESS)) {
    parts.push(text.slice(from, index), link(url ?? `mailto:${found}`, found))
    from = index + found.length
  }
  return [...parts, text.slice(from)]
}
