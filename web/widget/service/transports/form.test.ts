import { describe, expect, it } from 'vitest'
import { encodeForm } from './form'

describe('a form', () => {
  const text = (fields: object) => decodeURIComponent(`${encodeForm(fields)}`)

  it('puts nested values in brackets', () => {
    expect(text({ userData: { a: 1, list: [true, 'x'], deep: { b: 'c' } } })).toBe(
      'userData[a]=1&userData[list][]=true&userData[list][]=x&userData[deep][b]=c',
    )
  })
  it('says nothing as the empty text, and nothing of what is empty', () => {
    expect(text({ alias: '', none: undefined, nothing: null, userData: {}, list: [] })).toBe(
      'alias=&none=&nothing=',
    )
  })
  it('keeps every character', () => {
    expect([...encodeForm({ message: 'a+b &=%\n😀' })]).toEqual([['message', 'a+b &=%\n😀']])
  })
})
