import { describe, expect, test } from 'vitest'
import { defer } from './promise'

describe('a promise in the old manner', () => {
  test('gives every value to those who wait, in the order in which they came', () => {
    const seen: unknown[] = []
    const { promise, resolve } = defer()
    promise()
      .done((...values) => seen.push(['first', ...values]))
      .always((...values) => seen.push(['second', ...values]))
    resolve(1, 2)
    expect(seen).toEqual([
      ['first', 1, 2],
      ['second', 1, 2],
    ])
  })

  test('takes several callbacks at once, and ignores what is none', () => {
    const seen: unknown[] = []
    const { promise, reject } = defer()
    reject('why')
    promise().fail(
      (reason) => seen.push(reason),
      undefined as never,
      () => seen.push('second'),
    )
    expect(seen).toEqual(['why', 'second'])
  })

  test('is awaited, and chains over promises of any kind', async () => {
    const { promise, resolve } = defer<number>()
    const chained = promise()
      .then((value) => Promise.resolve(value + 1))
      .then((value) => value * 10)
    resolve(1)
    expect(await chained).toBe(20)
  })

  test('what a callback of a chain throws rejects the chain', async () => {
    const { promise, resolve } = defer()
    const chained = promise().then(() => {
      throw Error('mine')
    })
    resolve()
    await expect(Promise.resolve(chained)).rejects.toThrow('mine')
  })

  test('passes a rejection on to whoever handles it', async () => {
    const { promise, reject } = defer<string>()
    const handled = promise()
      .then(() => 'never')
      .catch((reason) => `caught ${reason}`)
    reject('it')
    expect(await handled).toBe('caught it')
  })

  test('finally runs for both endings and changes nothing', async () => {
    let runs = 0
    const good = defer<number>()
    const bad = defer<number>()
    const kept = good.promise().finally(() => runs++)
    bad.promise().finally(() => runs++)
    good.resolve(7)
    bad.reject('no')
    expect(runs).toBe(2)
    expect(await kept).toBe(7)
  })
})
