// Which theme class the widget carries: on every element of class `cx-widget`, ours and the site's, and on the
// element `frontdesk-chat`.

import type { Desk } from '../desk'

const DEFAULT = 'dark'
const DARK = '(prefers-color-scheme: dark)'

export interface Themes {
  /** The CSS class of the theme in use. */
  current(): string
  /** Use a theme by its key; false when there is none of that name. */
  use(key: string | undefined): boolean
  /** Give a node, and everything in it, the current theme's class and no other's. */
  dress(node: ParentNode): void
  /** The keys of all themes. */
  keys(): string[]
}

export function createThemes(desk: Desk, changed: (cssClass: string) => void): Themes {
  const dark = matchMedia(DARK)
  const classes = (): Record<string, string> => ({
    dark: 'cx-theme-dark',
    light: 'cx-theme-light',
    system: dark.matches ? 'cx-theme-dark' : 'cx-theme-light',
    ...desk.settings().main?.themes,
  })
  let key = DEFAULT
  const current = () => classes()[key] ?? 'cx-theme-dark'

  const dress = (node: ParentNode) => {
    const widgets = [...node.querySelectorAll('.cx-widget')]
    if (node instanceof Element) widgets.push(node)
    for (const { classList } of widgets) {
      classList.remove('cx-theme-dark', 'cx-theme-light', ...Object.values(classes()))
      classList.add(current())
    }
  }
  const dressAll = () => {
    dress(document)
    // Our element too: there, the page may set custom properties for each theme.
    dress((desk.mount().getRootNode() as ShadowRoot).host)
    dress(desk.mount())
    changed(current())
  }
  dark.addEventListener('change', () => key === 'system' && dressAll())
  return {
    current,
    dress,
    keys: () => Object.keys(classes()),
    use(wanted) {
      const isKnown = wanted !== undefined && wanted in classes()
      key = isKnown ? wanted : DEFAULT
      dressAll()
      return isKnown
    },
  }
}
