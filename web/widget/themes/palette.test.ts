// Whatever colour a brand has, what is read can be read.

import { describe, expect, it } from 'vitest'
import { rules } from './brand'
import { type Colour, contrast, hex, luminance, palette, type Scheme } from './palette'

// Vitest gives style sheets as empty texts, and the types of Node are not ours for this one line.
const { readFileSync } = await import(`node:${'fs'}`)
const css: string = readFileSync(new URL('tokens.css', import.meta.url), 'utf-8')
const READ = 4.5
const SEEN = 3
const parts = ['00', '33', '66', '99', 'cc', 'ff']
const COLOURS = parts.flatMap((red) =>
  parts.flatMap((green) => parts.map((blue) => `#${red}${green}${blue}`)),
)
const SCHEMES: Scheme[] = ['light', 'dark']

/** A colour from `rgb(1 2 3)`. */
function read(text: string): Colour {
  const [red = 0, green = 0, blue = 0] = text.match(/\d+/g)?.map((part) => Number(part) / 255) ?? []
  return [red, green, blue]
}

describe('contrast', () => {
  it.each([
    ['#000000', '#ffffff', 21],
    ['#ffffff', '#ffffff', 1],
    ['#777777', '#ffffff', 4.48],
    ['#1b5fc1', '#ffffff', 6.08],
  ])('of %s and %s is %f, either way round', (one, other, expected) => {
    expect(contrast(hex(one), hex(other))).toBeCloseTo(expected, 2)
    expect(contrast(hex(other), hex(one))).toBeCloseTo(expected, 2)
  })

  it('knows how bright the three colours are', () => {
    const bright = ['#ff0000', '#00ff00', '#0000ff'].map((text) => luminance(hex(text)))
    expect(bright).toEqual([0.2126, 0.7152, 0.0722].map((it) => expect.closeTo(it, 4)))
  })
})

describe.each(SCHEMES)('the palette of a %s theme', (scheme) => {
  const tokens = tokensOf(scheme)

  it.each(COLOURS)('of %s has words that can be read', (text) => {
    const brand = hex(text)
    const colours = palette(brand, scheme)
    expect(read(colours['--cx-primary'])).toEqual(brand)
    expect(contrast(read(colours['--cx-primary-text']), brand)).toBeGreaterThanOrEqual(READ)
    for (const ground of ['--cx-bg', '--cx-bubble-them'])
      expect(contrast(read(colours['--cx-link']), hex(tokens[ground] ?? ''))).toBeGreaterThanOrEqual(READ)
  })

  it('leaves a colour for links as it is when it can be read', () => {
    const brand = scheme === 'light' ? '#0b3d91' : '#bcd4ff'
    expect(read(palette(hex(brand), scheme)['--cx-link'])).toEqual(hex(brand))
  })

  it('has such words without a brand, too', () => {
    const on = (words: string, ground: string) =>
      contrast(hex(tokens[words] ?? ''), hex(tokens[ground] ?? ''))
    for (const words of ['--cx-text', '--cx-muted', '--cx-link', '--cx-error'])
      expect([words, on(words, '--cx-bg')]).toEqual([words, expect.toSatisfy((it) => it >= READ)])
    expect(on('--cx-text', '--cx-bubble-them')).toBeGreaterThanOrEqual(READ)
    expect(on('--cx-link', '--cx-bubble-them')).toBeGreaterThanOrEqual(READ)
    expect(on('--cx-primary-text', '--cx-primary')).toBeGreaterThanOrEqual(READ)
    expect(on('--cx-link', '--cx-bg')).toBeGreaterThanOrEqual(SEEN) // The focus ring.
  })
})

describe('the rules', () => {
  it('stand on our element, once for every scheme', () => {
    const css = rules(hex('#ffd400'))
    expect(css).toContain(':host{--cx-primary:rgb(255 212 0);--cx-primary-text:rgb(0 0 0);')
    expect(css).toContain(':host(.cx-theme-dark){--cx-primary:rgb(255 212 0);')
  })
})

/** The colours of tokens.css as they are in a scheme. */
function tokensOf(scheme: Scheme): Record<string, string> {
  const block = (selector: string) => css.split(`${selector} {`)[1]?.split('}')[0] ?? ''
  const colours = (text: string) =>
    Object.fromEntries(
      [...text.matchAll(/(--[\w-]+): (#\w+);/g)].map(([, name, value]) => [name, long(value)]),
    )
  const dark = scheme === 'dark' ? colours(block(':host(.cx-theme-dark)')) : {}
  return { ...colours(block(':host')), ...dark }
}

/** `#abc` as `#aabbcc`. */
function long(text = ''): string {
  return text.length === 4 ? text.replace(/[^#]/g, '$&$&') : text
}
