// The one element of ours in the page.

import type { MainSettings } from '../settings'

const STYLE = `:host,.cx-window-manager{all:initial}
.cx-side-button{position:fixed;bottom:20px;inset-inline-end:20px;z-index:2147483000;display:flex;align-items:center;gap:8px;min-height:48px;padding:0 20px;border:0;border-radius:24px;background:var(--cx-primary,#1b5fc1);color:var(--cx-primary-text,lch(from var(--cx-primary,#1b5fc1) calc((49 - l)*infinity) 0 0));font:600 16px var(--cx-font,system-ui,sans-serif);box-shadow:0 2px 12px #0004;cursor:pointer}
.cx-side-button:focus-visible{outline:3px solid;outline-offset:-6px}
.cx-side-button[aria-busy]{opacity:.7}
.cx-side-button .cx-icon{padding:12px;background:currentColor;clip-path:path("M5 3h14q3 0 3 3v9q0 3-3 3h-9l-5 4v-4q-3 0-3-3V6q0-3 3-3z")}`

/** Makes the element on its first call; gives what holds everything to be seen, in an open shadow root. */
export function createMount(main: () => MainSettings): () => HTMLElement {
  let inside: HTMLElement | undefined
  return () => {
    if (inside) return inside
    const root = document.createElement('frontdesk-chat').attachShadow({ mode: 'open' })
    const sheet = new CSSStyleSheet() // A style element would need a page's leave where styles are restricted.
    sheet.replaceSync(STYLE)
    root.adoptedStyleSheets.push(sheet)
    inside = document.createElement('div')
    inside.className = 'cx-widget cx-window-manager'
    const { color, lang = 'en' } = main()
    if (color) inside.style.setProperty('--cx-primary', color)
    inside.lang = lang
    inside.dir = /^(ar|fa|he|ur)/.test(lang) ? 'rtl' : 'ltr'
    root.append(inside)
    document.body.append(root.host)
    return inside
  }
}
