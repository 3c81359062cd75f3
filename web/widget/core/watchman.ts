// The plugin Watchman: seconds that pass, and how long the visitor has done nothing.

import type { Call, Plugin } from '../../shared/types'
import { guid } from './nodes'

const SECOND_MS = 1000
const IDLE_FROM_S = 5 // Before that, nobody would call it idle.
const SIGNS = ['mousemove', 'touchmove', 'keyup', 'scroll']

export function addWatchman(plugin: Plugin): void {
  const startTime = Date.now()
  let active = startTime
  const since = (from: number) => Math.floor((Date.now() - from) / SECOND_MS)
  const uptime = () => {
    const seconds = since(startTime)
    return { seconds, minutes: Math.floor(seconds / 60), hours: Math.floor(seconds / 3600) }
  }
  for (const sign of SIGNS)
    addEventListener(
      sign,
      () => {
        active = Date.now()
      },
      { passive: true },
    )
  setInterval(() => {
    const idle = since(active)
    plugin.publishDirect('tick', { time: Date.now() })
    plugin.publishDirect(`uptime:${uptime().seconds}`, uptime())
    if (idle >= IDLE_FROM_S) plugin.publishDirect(`idle:${idle}`, { seconds: idle })
  }, SECOND_MS)

  plugin.registerEvents(['ready', 'tick', 'idle:<n>', 'uptime:<n>'])
  const answers = { idle: () => since(active), uptime, time: () => Date.now(), startTime: () => startTime }
  for (const [name, answer] of Object.entries(answers))
    plugin.registerCommand(name, ({ deferred }) => deferred.resolve(answer()))

  /** A command that gives the address of an event of its own. `time` is in seconds. */
  const clock = (name: string, begin: (seconds: number, tell: (data?: object) => void) => void) =>
    plugin.registerCommand(name, ({ data, deferred }: Call<{ time?: number }>) => {
      const event = `${name}.${guid()}`
      begin(Math.max(Number(data.time) || 0, 0), (told) => plugin.publishDirect(event, told))
      deferred.resolve(`Watchman.${event}`)
    })
  clock('alarm', (seconds, tell) => {
    setTimeout(tell, seconds * SECOND_MS)
  })
  clock('interval', (seconds, tell) => {
    setInterval(tell, Math.max(seconds, 1) * SECOND_MS)
  })
  clock('countdown', (seconds, tell) => {
    let left = seconds
    const timer = setInterval(() => {
      tell({ remaining: --left })
      if (left <= 0) clearInterval(timer)
    }, SECOND_MS)
  })
}
