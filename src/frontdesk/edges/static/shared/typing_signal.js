// When to say that typing began, goes on, and stopped.

const STOPS_AFTER_MS = 2000
const REPEAT_MS = 4000 // The server forgets a typist after 10 s.

export class TypingSignal {
  /** @param {(isTyping: boolean) => void} tell called at the first key, every few seconds, and at the end */
  constructor(tell) {
    this.tell = tell
    this.toldAtMs = 0
    this.timer = 0
  }

  /** A key changed the text. */
  touch() {
    const nowMs = Date.now()
    if (!this.timer || nowMs - this.toldAtMs > REPEAT_MS) {
      this.toldAtMs = nowMs
      this.tell(true)
    }
    clearTimeout(this.timer)
    this.timer = window.setTimeout(() => this.stop(), STOPS_AFTER_MS)
  }

  /** The burst is over and the other side should know. */
  stop() {
    if (!this.timer) return
    this.forget()
    this.tell(false)
  }

  /** The burst ended in a message, which says so by itself. */
  forget() {
    clearTimeout(this.timer)
    this.timer = 0
  }
}
