// The plugin Watchman: seconds that pass, and how long the visitor has done nothing.

import type { Call, Handler } from '../../shared/types'
import { guid } from '../core/nodes'
import type { Core } from '../core/start'
import type { Commands } from './types'

const SECOND_MS = 1000
const IDLE_FROM_S = 5 // Before that, nobody would call it idle.

export function createWatchman({ plugins, signs }: Core): Commands {
  const plugin = plugins.Watchman
  const { startTime } = signs
  const since = (from: number) => Math.floor((Date.now() - from) / SECOND_MS)
  const uptime = () => {
    const seconds = since(startTime)
    return { seconds, minutes: Math.floor(seconds / 60), hours: Math.floor(seconds / 3600) }
  }
  setInterval(() => {
    const idle = since(signs.last)
    plugin.publishDirect('tick', { time: Date.now() })
    plugin.publishDirect(`uptime:${uptime().seconds}`, uptime())
    if (idle >= IDLE_FROM_S) plugin.publishDirect(`idle:${idle}`, { seconds: idle })
  }, SECOND_MS)

  const answer =
    (what: () => unknown): Handler =>
    ({ deferred }) =>
      deferred.resolve(what())

  /** A command that gives the address of an event of its own. `time` is in seconds. */
  const clock =
    (name: string, begin: (seconds: number, tell: (data?: object) => void) => void) =>
    ({ data, deferred }: Call<{ time?: number }>) => {
      const event = `${name}.${guid()}`
      begin(Math.max(Number(data.time) || 0, 0), (told) => plugin.publishDirect(event, told))
      deferred.resolve(`Watchman.${event}`)
    }
  return {
    idle: answer(() => since(signs.last)),
    uptime: answer(uptime),
    time: answer(Date.now),
    startTime: answer(() => startTime),
    alarm: clock('alarm', (seconds, tell) => {
      setTimeout(tell, seconds * SECOND_MS)
    }),
    interval: clock('interval', (seconds, tell) => {
      setInterval(tell, Math.max(seconds, 1) * SECOND_MS)
    }),
    countdown: clock('countdown', (seconds, tell) => {
      let left = seconds
      const timer = setInterval(() => {
        tell({ remaining: --left })
        if (left <= 0) clearInterval(timer)
      }, SECOND_MS)
    }),
  }
}
