/** @jsxImportSource ../jsx */
// How many characters are left: `charCountEnabled`.

import type { Child } from '../jsx/jsx-runtime'
import { lengthMax } from '../options'
import type { Chat } from '../state'
import style from './counting.css?inline'

export { style }

const WARNS_AT = 10
const POINTS = [50, 25, 10]

let said: number | undefined

export function counterView(chat: Chat): Child {
  const max = lengthMax(chat)
  const left = max - [...chat.state.draft].length
  const label = `${left} ${chat.say('AriaCharRemaining')}`
  const announce = () => {
    const point = pointOf(chat, left, max)
    if (point !== undefined && point !== said) chat.speak(label)
    said = point
  }
  return (
    <li
      id="cx-charCount"
      class={`cx-char-count ${left <= WARNS_AT ? 'cx-warning' : ''}`}
      aria-label={label}
      drawn={announce}
    >
      {left}
    </li>
  )
}

/** Which of the points that are read out has been reached: every one near the end. */
function pointOf(chat: Chat, left: number, max: number): number | undefined {
  const { ariaCharRemainingIntervals: given } = chat.options()
  if (left === max) return undefined
  if (given === false || left <= WARNS_AT) return left
  const points = Array.isArray(given) ? given : POINTS
  return points.filter((it) => it >= (left / max) * 100).at(-1)
}
