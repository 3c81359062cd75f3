/** @jsxImportSource ../../jsx */
// Markdown as nodes: `markdown`, and markup that a page vouches for.

import type { Child } from '../../jsx/jsx-runtime'
import { link, linkified } from '../../links'

const SAFE = /^(https?:|mailto:|tel:|[/#?]|(?![^/?#]*:))/i

/** An address that may be followed; nothing for one that could run. */
export const safeUrl = (url = ''): string | undefined => (SAFE.test(url.trim()) ? url.trim() : undefined)

const SPAN =
  /`([^`]+)`|\*\*(.+?)\*\*|__(.+?)__|\*([^*\s][^*]*)\*|\b_([^_]+)_\b|\[([^\]]*)\]\(([^\s)]*)\)(?:\{\{target="(\w+)"\}\})?/

function spans(text: string): Child {
  const found = SPAN.exec(text)
  if (!found) return linkified(text)
  const [all, code, bold, strong, slanted, italic, words = '', url, target] = found
  const heavy = bold ?? strong
  const light = slanted ?? italic
  const safe = safeUrl(url)
  return [
    linkified(text.slice(0, found.index)),
    code ? (
      <code>{code}</code>
    ) : heavy ? (
      <strong>{spans(heavy)}</strong>
    ) : light ? (
      <em>{spans(light)}</em>
    ) : safe ? (
      link(safe, words || safe, target)
    ) : (
      words
    ),
    spans(text.slice(found.index + all.length)),
  ]
}

/** Markdown: emphasis, code, links, lists, headings. What it does not know stays text. */
export function markdown(text: string): Child[] {
  return text.split(/\n{2,}|\n(?=\s*(?:[-*]|\d+\.|#+)\s)/).map((block) => {
    const heading = /^#+\s+(.*)/s.exec(block)
    const item = /^\s*(?:[-*]|(\d+\.))\s+(.*)/s.exec(block)
    if (heading) return <p>{<strong>{spans(heading[1] ?? '')}</strong>}</p>
    if (item)
      return (
        <p class="cx-item">
          {item[1] ?? '•'} {spans(item[2] ?? '')}
        </p>
      )
    return <p>{spans(block)}</p>
  })
}

const FORBIDDEN =
  'script,style,iframe,frame,frameset,object,embed,link,meta,base,form,template,noscript,svg,math,slot'

/** Markup of a page or its language pack as nodes, without anything that could run. */
export function sanitised(html: string): DocumentFragment {
  const { body } = new DOMParser().parseFromString(html, 'text/html')
  for (const node of body.querySelectorAll(FORBIDDEN)) node.remove()
  for (const node of body.querySelectorAll('*'))
    for (const { name, value } of [...node.attributes]) {
      const isAddress = /^(href|src|xlink:href|action|formaction|poster|background)$/.test(name)
      const isRunning = /^(on|srcdoc|srcset|style$)/.test(name)
      if (isRunning || (isAddress && !safeUrl(value))) node.removeAttribute(name)
      else if (name === 'target') node.setAttribute('rel', 'noopener noreferrer')
    }
  const fragment = document.createDocumentFragment()
  fragment.append(...body.childNodes)
  return fragment
}
