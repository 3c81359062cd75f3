// The server's warning that a quiet chat will close, and the visitor's sign of life.

export class IdleWatch {
  /**
   * @param {() => void} cancel tells the server that the visitor is still there
   * @param {() => void} onChange
   */
  constructor(cancel, onChange) {
    this.cancel = cancel
    this.onChange = onChange
    this.text = ''
    this.closesAtMs = 0
  }

  /** @param {any} event of the transcript, in order */
  take(event) {
    const type = event.from?.type
    if (event.type === 'IdleAlert') {
      this.text = event.text || 'Are you still there?'
      const closes = event.userData?.['next-idle-timer-type'] === 'CLOSE'
      this.closesAtMs = closes ? Date.now() + Number(event.userData['next-idle-timer-secs']) * 1000 : 0
    } else if (type === 'Client' || (event.type === 'Message' && this.text)) this.clear()
  }

  /** @param {number|undefined} leftS what the server says is left of a running countdown */
  told(leftS) {
    if (!this.text) return
    if (leftS) this.closesAtMs = Date.now() + leftS * 1000
  }

  /** The visitor did something in the chat. */
  touched() {
    if (!this.text) return
    this.clear()
    this.cancel()
    this.onChange()
  }

  clear() {
    this.text = ''
    this.closesAtMs = 0
  }
}
