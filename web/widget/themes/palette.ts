// From one colour of a brand, the colours that need to fit it: pure numbers, no browser.

/** Red, green, blue of sRGB, each from 0 to 1. */
export type Colour = readonly [number, number, number]
export type Scheme = 'light' | 'dark'
/** The custom properties that follow the brand. */
export type Palette = Record<'--cx-primary' | '--cx-primary-text' | '--cx-link', string>

// WCAG 2.2, success criterion 1.4.3: what is read needs this much.
const TEXT_CONTRAST_MIN = 4.5
const STEPS = 50
const WHITE: Colour = [1, 1, 1]
const BLACK: Colour = [0, 0, 0]
// The bubble of the other side in tokens.css: of all grounds that links stand on, the hardest one.
const GROUND: Record<Scheme, Colour> = { light: hex('#eef1f5'), dark: hex('#2d343d') }

/** A colour from `#rrggbb`. */
export function hex(text: string): Colour {
  const byte = (at: number) => Number.parseInt(text.slice(at, at + 2), 16) / 255
  return [byte(1), byte(3), byte(5)]
}

/** How bright a colour is, from 0 to 1. Source: WCAG 2.2, "relative luminance". */
export function luminance(colour: Colour): number {
  const linear = (part: number) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4)
  const [red, green, blue] = colour
  return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
}

/** From 1, the same, to 21, black and white. Source: WCAG 2.2, "contrast ratio". */
export function contrast(one: Colour, other: Colour): number {
  const bright = [luminance(one) + 0.05, luminance(other) + 0.05]
  return Math.max(...bright) / Math.min(...bright)
}

/** What fits the brand's colour in a scheme. The brand itself is never changed. */
export function palette(brand: Colour, scheme: Scheme): Palette {
  return {
    '--cx-primary': css(brand),
    '--cx-primary-text': css(contrast(WHITE, brand) > contrast(BLACK, brand) ? WHITE : BLACK),
    '--cx-link': css(readable(brand, GROUND[scheme], scheme === 'light' ? BLACK : WHITE)),
  }
}

/** The colour nearest to `colour`, on its way to `end`, that can be read on `ground`. */
function readable(colour: Colour, ground: Colour, end: Colour): Colour {
  for (let step = 0; step < STEPS; step++) {
    const mixed = mix(colour, end, step / STEPS)
    if (contrast(mixed, ground) >= TEXT_CONTRAST_MIN) return mixed
  }
  return end
}

function mix(one: Colour, other: Colour, share: number): Colour {
  const part = (at: 0 | 1 | 2) => rounded(one[at] + (other[at] - one[at]) * share)
  return [part(0), part(1), part(2)]
}

/** As a browser will show it, so that what is measured is what is seen. */
const rounded = (part: number) => Math.round(Math.min(1, Math.max(0, part)) * 255) / 255

const css = (colour: Colour) => `rgb(${colour.map((part) => Math.round(rounded(part) * 255)).join(' ')})`
