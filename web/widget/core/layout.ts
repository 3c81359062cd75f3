// How the page is looked at: on a phone or not, zoomed, in the focus or not.

import type { Plugin } from '../../shared/types'
import type { MainSettings } from '../settings'
import type { CookieJar } from './cookies'

const PHONE = /Android.+Mobile|iPhone|iPod|Windows Phone|BlackBerry|Opera Mini/i
const FOCUSED = '_genesys.widgets.inFocus'
const ZOOMED = '_genesys.widgets.app.zoomLevel'

/** Whether this is a phone; decided once. */
export function isMobile({ mobileMode = 'auto', mobileModeBreakpoint = 600 }: MainSettings): boolean {
  if (mobileMode !== 'auto') return mobileMode === true
  return PHONE.test(navigator.userAgent) && Math.min(innerWidth, innerHeight) <= mobileModeBreakpoint
}

const SIGNS = ['mousemove', 'touchmove', 'keyup', 'scroll']

/** When the visitor did something, in milliseconds since the Unix epoch. */
export interface Signs {
  readonly startTime: number
  last: number
}

/** Watch for signs of the visitor from now on. */
export function watchSigns(): Signs {
  const startTime = Date.now()
  const signs = { startTime, last: startTime }
  const note = () => {
    signs.last = Date.now()
  }
  for (const sign of SIGNS) addEventListener(sign, note, { passive: true })
  return signs
}

/** Tell of zoom and focus from now on. */
export function watchLayout(app: Plugin, main: MainSettings, cookies: CookieJar): void {
  app.data('mobileMode', isMobile(main))
  app.republish('mobileMode', { mobileMode: isMobile(main) })
  watchZoom(app, main.zoomBreakpoint ?? '42em', cookies)
  watchFocus(app)
}

function watchZoom(app: Plugin, breakpoint: string, cookies: CookieJar): void {
  const startRatio = devicePixelRatio
  const narrow = matchMedia(`(max-width: ${breakpoint})`)
  const isZoomed = () => !app.data('mobileMode') && narrow.matches && devicePixelRatio > startRatio
  let was = false
  const look = () => {
    const is = isZoomed()
    if (is === was) return
    was = is
    const layout = is ? 'mobile' : 'desktop'
    if (is) cookies.set(ZOOMED, `${devicePixelRatio}`)
    else cookies.remove(ZOOMED)
    app.data('zoom', layout)
    app.republish('zoom', { layout })
  }
  addEventListener('resize', look)
}

function watchFocus(app: Plugin): void {
  const id = `${app.data('ID')}`
  const mark = () => {
    try {
      localStorage.setItem(FOCUSED, id)
    } catch {
      // The page may not keep anything; then every tab has the focus that the browser says.
    }
  }
  const say = (hasFocus: boolean) => {
    if (hasFocus) mark()
    app.data('pageFocus', hasFocus)
    app.publish(hasFocus ? 'focus' : 'blur', { id })
  }
  app.data('pageFocus', document.hasFocus())
  app.data('pageHidden', document.hidden)
  addEventListener('focus', () => say(true))
  addEventListener('blur', () => say(false))
  addEventListener('storage', ({ key, newValue }) => {
    if (key === FOCUSED && newValue !== id && app.data('pageFocus')) say(false)
  })
  document.addEventListener('visibilitychange', () => app.data('pageHidden', document.hidden))
}
