import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { createPoller } from './polling'

const CADENCE = { fastestMs: 500, slowestMs: 3000, factor: 1.2, asleepMs: 30_000 }
const POLLED_MS = [250, 1000, 1750, 2750, 4000, 5250, 6750, 8750, 11_000, 13_750, 16_750, 19_750]

beforeEach(() => {
  vi.useFakeTimers({ now: 0 })
})
afterEach(() => {
  vi.useRealTimers()
})

it('polls less and less often while nothing happens, as servers are used to', async () => {
  const polled: number[] = []
  const poller = createPoller(
    () => CADENCE,
    async () => {
      polled.push(Date.now())
      return undefined
    },
  )
  poller.start()
  await vi.advanceTimersByTimeAsync(20_000)
  expect(polled).toEqual(POLLED_MS)
  poller.hurry()
  await vi.advanceTimersByTimeAsync(500)
  expect(polled.at(-1)).toBe(20_250)
  poller.stop()
  await vi.advanceTimersByTimeAsync(60_000)
  expect(polled).toHaveLength(POLLED_MS.length + 1)
})

it('never polls twice at once, and leaves a server alone that asks for it', async () => {
  let answer = (_: number | undefined) => {}
  const poller = createPoller(
    () => CADENCE,
    () =>
      new Promise((resolve) => {
        answer = resolve
      }),
  )
  poller.start()
  await vi.advanceTimersByTimeAsync(250)
  expect(await poller.pollOnce()).toBe(false)
  answer(10)
  await vi.advanceTimersByTimeAsync(9999)
  expect(vi.getTimerCount()).toBe(1) // Still waiting.
  await vi.advanceTimersByTimeAsync(250)
  expect(vi.getTimerCount()).toBe(0) // It asks again.
})
