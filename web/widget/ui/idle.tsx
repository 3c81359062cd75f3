// The warning that a chat will be closed because nobody writes, with what is left of the time.

import { Component } from 'preact'
import type { Chat, State } from './state'

const SECOND_MS = 1000
const POINTS = [100, 75, 50, 25, 10]

interface Props {
  chat: Chat
  idle: NonNullable<State['idle']>
}

export class Idle extends Component<Props> {
  private timer: ReturnType<typeof setInterval> | undefined
  private said: number | undefined

  private get left() {
    return Math.max(Math.ceil((this.props.idle.until - Date.now()) / SECOND_MS), 0)
  }

  override componentDidMount() {
    this.timer = setInterval(() => this.tick(), SECOND_MS)
    this.tick()
  }

  override componentWillUnmount() {
    clearInterval(this.timer)
  }

  private tick() {
    const { chat, idle } = this.props
    this.forceUpdate()
    if (!idle.until) return
    const { ariaIdleAlertIntervals: given } = chat.options()
    const points = Array.isArray(given) ? given : given === false ? undefined : POINTS
    const part = ((this.left * SECOND_MS) / idle.span) * 100
    const point = points ? points.filter((it) => it >= part).at(-1) : this.left
    if (point !== undefined && point !== this.said) chat.speak(`${idle.text} ${this.left}`)
    this.said = point
  }

  override render({ idle }: Props) {
    return (
      <div class="cx-overlay cx-idle" role="status" aria-live="off">
        <p>{idle.text}</p>
        {idle.until > 0 && <p class="cx-countdown">{this.left}</p>}
      </div>
    )
  }
}
