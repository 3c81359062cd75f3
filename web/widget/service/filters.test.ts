import { expect, it } from 'vitest'
import { hides, mergedFilters, readFilters } from './filters'

it('reads one regular expression, a list of them, and what was kept of them', () => {
  expect(readFilters(/a/i)?.map(String)).toEqual(['/a/i'])
  expect(readFilters([/a/, { source: 'b', flags: 'm' }])?.map(String)).toEqual(['/a/', '/b/m'])
})

it.each([['text'], [undefined], [[]], [[/a/, 'b']], [{ source: '(' }], [{ flags: 'i' }], [7]])(
  'takes %s for no filter',
  (given) => {
    expect(readFilters(given)).toBeUndefined()
  },
)

it('counts the same filter once, and looks at each text from its start', () => {
  const filters = mergedFilters(readFilters(/x/g) ?? [], readFilters([/x/, /y/]) ?? [])
  expect(filters.map(String)).toEqual(['/x/', '/y/'])
  expect([hides(filters, 'x'), hides(filters, 'x'), hides(filters, 'z')]).toEqual([true, true, false])
  expect(hides([], 'Join {start:123456789}')).toBe(true)
})
