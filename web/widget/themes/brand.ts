// The colour of the site's brand, `main.color`, as style for our shadow root.

import type { Desk } from '../desk'
import { type Colour, type Palette, palette } from './palette'

/** The rules that follow the brand's colour; none when the site has said no colour, or nothing a browser knows. */
export function brandStyle(desk: Desk): string {
  const brand = resolved(desk.settings().main?.color ?? '', desk.mount())
  return brand ? rules(brand) : ''
}

/** As tokens.css: on our element, so that the page's own style for it comes after. */
export function rules(brand: Colour): string {
  const block = (properties: Palette) =>
    Object.entries(properties)
      .map(([name, value]) => `${name}:${value};`)
      .join('')
  return `:host{${block(palette(brand, 'light'))}}:host(.cx-theme-dark){${block(palette(brand, 'dark'))}}`
}

/** What the browser makes of a colour in any notation; `place` is an element of the page. */
function resolved(colour: string, place: HTMLElement): Colour | undefined {
  const probe = document.createElement('span')
  // A mix is always computed as `color(srgb red green blue)`, whatever the notation of its parts.
  probe.style.color = `color-mix(in srgb, ${colour}, ${colour})`
  if (!probe.style.color) return undefined
  place.append(probe)
  const [red, green, blue] = getComputedStyle(probe)
    .color.replace(/^.*srgb /, '')
    .split(' ')
    .map(Number.parseFloat)
  probe.remove()
  return [red ?? 0, green ?? 0, blue ?? 0]
}
