import { describe, expect, test } from 'vitest'
import { bytesToSize, checkPath, createPath, getFormattedTime, linkify, validInput, watch } from './common'

describe('linkify', () => {
  test.each([
    ['<b>x</b>', '&lt;b&gt;x&lt;/b&gt;'],
    ['see http://a.b/c?d=1&e=2.', 'see <a href="http://a.b/c?d=1&amp;e=2" target="_blank" rel="noopener">'],
    ['write to amy@shop.example', '<a href="mailto:amy@shop.example">amy@shop.example</a>'],
  ])('%s', (text, html) => expect(linkify(text)).toContain(html))

  test('no address leaves its quotes', () => {
    expect(linkify('http://a.b/"onmouseover="alert(1)')).not.toContain('"onmouseover')
    expect(linkify('javascript:alert(1)')).toBe('javascript:alert(1)')
  })
})

describe('times and sizes', () => {
  const at = (hours: number) => new Date(2026, 0, 2, hours, 5).getTime()

  test.each([
    [0, 12, '12:05 AM'],
    [13, 12, '1:05 PM'],
    [13, 24, '13:05'],
    [9, '24', '09:05'],
  ])('%i o’clock in %s hours', (hours, format, text) => {
    expect(getFormattedTime(at(hours), format)).toBe(text)
  })

  test.each([
    [0, '0 bytes'],
    [1023, '1023 bytes'],
    [1536, '1.5 KB'],
    [5 * 1024 ** 3, '5 GB'],
  ])('%i bytes', (bytes, text) => expect(bytesToSize(bytes)).toBe(text))
})

describe('paths', () => {
  test('what is put there is found there', () => {
    const tree = createPath({ a: 1 }, 'a.b.c', 7)
    expect(checkPath(tree, 'a.b.c')).toBe(7)
    expect(checkPath(tree, 'x.y')).toBeUndefined()
  })

  test('nobody changes what all objects share', () => {
    createPath({}, '__proto__.polluted', true)
    createPath({}, 'constructor.prototype.polluted', true)
    expect('polluted' in {}).toBe(false)
  })
})

test('click, Enter and Space mean do it, not with Ctrl', () => {
  expect(validInput({ type: 'click' })).toBe(true)
  expect(validInput({ type: 'keydown', key: 'Enter' })).toBe(true)
  expect(validInput({ type: 'keydown', key: ' ', ctrlKey: true })).toBe(false)
  expect(validInput({ type: 'keydown', key: 'a' })).toBe(false)
})

test('watch gives up at its limit', async () => {
  expect(await watch(() => false, 1, 2)).toBe(false)
  expect(await watch(() => true, 1, 2)).toBe(true)
})
