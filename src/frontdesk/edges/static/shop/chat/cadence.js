// When to ask for news: at once after something was written, then less and less often.

const TICK_MS = 250
const SHORTEST_MS = 500
const LONGEST_MS = 3000
const GROWTH = 1.2

export class Cadence {
  /** @param {() => Promise<boolean>} poll one question; whether to go on. Never two at a time */
  constructor(poll) {
    this.poll = poll
    this.gapMs = SHORTEST_MS
    this.timer = 0
    this.isRunning = false
    this.isAsking = false
  }

  start() {
    this.isRunning = true
    this.gapMs = SHORTEST_MS
    this.plan(TICK_MS)
  }

  /** Something was written: the answer may come soon. */
  hurry() {
    this.gapMs = SHORTEST_MS
    if (this.isRunning && !this.isAsking) this.plan(SHORTEST_MS)
  }

  stop() {
    this.isRunning = false
    clearTimeout(this.timer)
  }

  /** @param {number} inMs */
  plan(inMs) {
    clearTimeout(this.timer)
    this.timer = window.setTimeout(() => this.ask(), Math.ceil(inMs / TICK_MS) * TICK_MS)
  }

  async ask() {
    this.isAsking = true
    const goesOn = await this.poll()
    this.isAsking = false
    if (!goesOn) this.stop()
    if (!this.isRunning) return
    this.gapMs = Math.min(LONGEST_MS, this.gapMs * GROWTH)
    this.plan(this.gapMs)
  }
}
