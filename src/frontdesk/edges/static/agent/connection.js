// The workspace socket: opens it, says hello, opens it again when it breaks.

const FIRST_WAIT_MS = 400
const LONGEST_WAIT_MS = 15_000
const PING_EVERY_MS = 20_000
const SILENCE_MAX_MS = 45_000
const UNAUTHORISED = 4401

/** @typedef {'connecting'|'open'|'waiting'} ConnectionState */

export class Connection {
  /**
   * @param {object} hooks
   * @param {() => object} hooks.hello the first message of each socket
   * @param {(message: any) => void} hooks.onMessage
   * @param {(state: ConnectionState) => void} hooks.onState
   * @param {() => Promise<boolean>} hooks.isSignedIn asked when a socket could not be opened
   * @param {() => void} hooks.onSignedOut
   */
  constructor(hooks) {
    this.hooks = hooks
    this.socket = /** @type {WebSocket|null} */ (null)
    this.tries = 0
    this.retryAfterMs = 0
    this.timer = 0
    this.isOver = false
    this.heardAtMs = 0
    this.pulse = window.setInterval(() => this.feel(), PING_EVERY_MS)
    this.retryNow = () => this.isWaiting && this.open()
    window.addEventListener('online', this.retryNow)
    document.addEventListener('visibilitychange', this.retryNow)
    this.loseNow = () => this.lose()
    window.addEventListener('offline', this.loseNow)
    this.open()
  }

  get isWaiting() {
    return !this.isOver && this.socket === null
  }

  open() {
    clearTimeout(this.timer)
    this.hooks.onState('connecting')
    const address = new URL('/api/workspace/socket', location.href)
    address.protocol = address.protocol.replace('http', 'ws')
    const socket = new WebSocket(address)
    this.socket = socket
    let wasOpen = false
    socket.onopen = () => {
      wasOpen = true
      this.heardAtMs = Date.now()
      socket.send(JSON.stringify(this.hooks.hello()))
    }
    socket.onmessage = (event) => {
      if (socket !== this.socket) return
      this.heardAtMs = Date.now()
      for (const message of JSON.parse(event.data)) if (!this.isOver) this.take(message)
    }
    socket.onclose = (event) => {
      if (socket !== this.socket) return
      if (event.code === UNAUTHORISED) this.stop()
      else this.later(wasOpen)
    }
  }

  /** @param {any} message */
  take(message) {
    if (message.is === 'welcome') {
      this.tries = 0
      this.hooks.onMessage(message)
      this.hooks.onState('open')
      return
    }
    if (message.is === 'closing') this.closing(message)
    this.hooks.onMessage(message)
  }

  /** @param {{reason: string, retry_after_ms?: number}} message */
  closing(message) {
    if (message.reason === 'signed_out') this.stop()
    else this.retryAfterMs = message.retry_after_ms ?? 0
  }

  /**
   * Try again after a while that grows, and differs between agents so that they do not all come at once.
   * @param {boolean} wasOpen
   */
  later(wasOpen) {
    this.socket = null
    if (this.isOver) return
    this.hooks.onState('waiting')
    const grown = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** this.tries)
    const waitMs = Math.max(this.retryAfterMs, grown * (0.5 + Math.random() / 2))
    this.tries += 1
    this.retryAfterMs = 0
    this.timer = window.setTimeout(() => (wasOpen ? this.open() : this.openIfSignedIn()), waitMs)
  }

  /** A refused socket says nothing of why: ask whether the sign-in still holds. */
  async openIfSignedIn() {
    let isSignedIn = true
    try {
      isSignedIn = await this.hooks.isSignedIn()
    } catch {
      // No answer at all: the socket will find out.
    }
    if (this.isOver || this.socket) return
    if (isSignedIn) this.open()
    else this.stop()
  }

  /** Sockets can be dead without a word: ask, and give up on one that stays silent. */
  feel() {
    if (this.socket?.readyState !== WebSocket.OPEN) return
    if (Date.now() - this.heardAtMs > SILENCE_MAX_MS) this.lose()
    else this.send({ do: 'ping', id: `ping-${Date.now()}` })
  }

  lose() {
    const socket = this.socket
    if (!socket) return
    this.later(true)
    socket.close()
  }

  /** @param {object} message */
  send(message) {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(message))
  }

  /** The sign-in is over. */
  stop() {
    this.close()
    this.hooks.onSignedOut()
  }

  close() {
    this.isOver = true
    clearTimeout(this.timer)
    clearInterval(this.pulse)
    window.removeEventListener('online', this.retryNow)
    window.removeEventListener('offline', this.loseNow)
    document.removeEventListener('visibilitychange', this.retryNow)
    this.socket?.close()
    this.socket = null
  }
}
