/** @jsxImportSource ../jsx */
// The warning that a chat will be closed because nobody writes, with what is left of the time.

import type { Child } from '../jsx/jsx-runtime'
import type { Said } from '../lines'
import type { Chat, State } from '../state'
import style from './idle.css?inline'

export { style }

const SECOND_MS = 1000
const POINTS = [100, 75, 50, 25, 10]

let alerts = 0

/** The server says that nobody has written for long; `countdown` is what the service makes of its time. */
export function warned(chat: Chat, { type, text, userData }: Said, countdown?: number): void {
  alerts = chat.state.idle ? alerts + 1 : 1
  const { words } = chat.state
  const own = words[type === 'IdleClose' ? 'IdleMessageClose' : `IdleMessage${alerts}`]
  const isClose = userData?.['next-idle-timer-type'] === 'CLOSE'
  const seconds = isClose ? Number(countdown ?? userData?.['next-idle-timer-secs']) || 0 : 0
  warn(chat, `${own ?? text ?? ''}`, seconds)
  if (chat.options().unminimizeOnAlert !== false) chat.set({ isMinimized: false })
}

/** Warn, and count `seconds` down when there are any. */
function warn(chat: Chat, text: string, seconds: number): void {
  const untilMs = Date.now() + seconds * SECOND_MS
  let said: number | undefined
  let shown: State['idle']
  const tick = () => {
    if (chat.state.idle !== shown) return clearInterval(timer)
    const left = Math.max(Math.ceil((untilMs - Date.now()) / SECOND_MS), 0)
    shown = { text, left: seconds ? left : undefined }
    chat.set({ idle: shown })
    const point = pointOf(chat, left, seconds)
    if (point !== undefined && point !== said) chat.speak(`${text} ${left}`)
    said = point
  }
  shown = chat.state.idle
  const timer = setInterval(tick, SECOND_MS)
  tick()
}

/** Which of the points that are read out has been reached. */
function pointOf(chat: Chat, left: number, seconds: number): number | undefined {
  const { ariaIdleAlertIntervals: given } = chat.options()
  if (given === false) return left
  const points = Array.isArray(given) ? given : POINTS
  return seconds ? points.filter((it) => it >= (left / seconds) * 100).at(-1) : undefined
}

export const idleView = ({ text, left }: NonNullable<State['idle']>): Child => (
  <div class="cx-overlay cx-idle" role="status" aria-live="off">
    <p>{text}</p>
    {left !== undefined && <p class="cx-countdown">{left}</p>}
  </div>
)
