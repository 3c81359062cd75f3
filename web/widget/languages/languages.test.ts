// Every language says what English says, with the same places for names and numbers.

import { describe, expect, it } from 'vitest'

type Words = { [key: string]: string | string[] | Words }

const FILES = import.meta.glob<Words>('./*.json', { eager: true, import: 'default' })
const LANGUAGES = Object.fromEntries(
  Object.entries(FILES).map(([file, words]) => [file.replace(/^\.\/|\.json$/g, ''), flat(words)]),
)
const { en: english = {}, ...others } = LANGUAGES
const PROMISED = ['ar', 'de', 'es', 'fr', 'it', 'ja', 'nl', 'pl', 'pt', 'tr', 'zh']
// What is the same in each: signs, and words that languages took from each other.
const SIGN = /^\W*$/

/** Every text by its path. */
function flat(words: Words, path = ''): Record<string, string> {
  const all: Record<string, string> = {}
  for (const [key, value] of Object.entries(words)) {
    if (typeof value === 'string') all[path + key] = value
    else Object.assign(all, flat({ ...value } as Words, `${path}${key}.`))
  }
  return all
}

/** The places that a text has for something else. */
const places = (text = '') => [...text.matchAll(/<%\w+%>|\{\w+\}/g)].map(([place]) => place).sort()

it('speaks the languages that are promised', () => {
  expect(Object.keys(others)).toEqual(expect.arrayContaining(PROMISED))
  expect(Object.keys(english).length).toBeGreaterThan(100)
})

describe.each(Object.entries(others))('%s', (lang, words) => {
  it('is a language that browsers can sort and format', () => {
    expect(Intl.getCanonicalLocales(lang)).toEqual([lang])
    expect(Intl.DateTimeFormat.supportedLocalesOf([lang])).toEqual([lang])
  })

  it('has exactly the keys of English', () => {
    expect(Object.keys(words).sort()).toEqual(Object.keys(english).sort())
  })

  it('leaves no text empty, and none with spaces around it', () => {
    expect(Object.entries(words).filter(([, text]) => !text || text !== text.trim())).toEqual([])
  })

  it('keeps the places for names and numbers', () => {
    for (const [key, text] of Object.entries(words))
      expect([key, places(text)]).toEqual([key, places(english[key])])
  })

  it('holds no markup', () => {
    const without = (text: string) => text.replace(/<%\w+%>/g, '')
    expect(Object.entries(words).filter(([, text]) => /[<>&]/.test(without(text)))).toEqual([])
  })

  it('is translated: few texts are those of English', () => {
    const same = Object.entries(words).filter(([key, text]) => text === english[key] && !SIGN.test(text))
    expect(same.length, JSON.stringify(same)).toBeLessThan(Object.keys(words).length / 6)
  })
})
