// In a page on a stage: a clock that only the test moves, and everything heard on the bus.

const HEARD = 'started restored restoreTimeout restoreFailed restoredOffline messageReceived error ended ' +
  'agentTypingStarted agentTypingStopped pollingStarted pollingStopped clientConnected clientDisconnected ' +
  'agentConnected agentDisconnected supervisorConnected supervisorDisconnected botConnected botDisconnected ' +
  'clientTypingStarted clientTypingStopped disconnected reconnected connectionPending chatServerWentOffline ' +
  'chatServerBackOnline connectionRestored sleeping waking'
const LIFECYCLE = 'opened started cancelled submitted rejected completed closed'
const ROUNDS = 8 // A page has come to rest when nothing was published or asked in so many.
const START_MS = 1760000000000

window.stage = (() => {
  const { setTimeout: reallyLater } = window
  const heard = []
  let alarms = []
  let numbers = 0
  let nowMs = Number(sessionStorage.getItem('stage.now') ?? START_MS)
  let underWay = 0
  let asked = 0
  let last

  const now = (ms) => {
    nowMs = ms
    sessionStorage.setItem('stage.now', ms)
  }
  Date.now = () => nowMs
  window.setTimeout = (what, delayMs = 0) => {
    alarms.push({ dueMs: nowMs + delayMs, number: ++numbers, what })
    return numbers
  }
  window.clearTimeout = (number) => {
    alarms = alarms.filter((alarm) => alarm.number !== number)
  }
  const { open, send } = XMLHttpRequest.prototype
  XMLHttpRequest.prototype.open = function (method, url) {
    this.waitsForNews = /\/connect$/.test(url) // Over CometD there is always one of these.
    return open.call(this, method, url)
  }
  XMLHttpRequest.prototype.send = function (body) {
    if (this.waitsForNews) return send.call(this, body)
    underWay++
    asked++
    this.addEventListener('loadend', () => underWay--)
    return send.call(this, body)
  }
  const plain = (value) => (value === undefined ? null : JSON.parse(JSON.stringify(value)))
  const hear = ({ event, data }) => heard.push([event.replace('WebChatService.', ''), plain(data)])

  const quiet = async () => {
    let pulse
    do {
      pulse = heard.length + asked + underWay
      for (let round = 0; round < ROUNDS; round++) await CXBus.command('LOAD') // Through the queue of the bus.
    } while (pulse !== heard.length + asked + underWay)
  }
  const step = (untilMs) => {
    const [first] = alarms.filter(({ dueMs }) => dueMs <= untilMs)
      .sort((one, other) => one.dueMs - other.dueMs || one.number - other.number)
    now(Math.max(nowMs, first?.dueMs ?? untilMs))
    if (!first) return false
    clearTimeout(first.number)
    first.what()
    return true
  }
  const revived = (written) => {
    if (Array.isArray(written)) return written.map(revived)
    if (typeof written !== 'object' || written === null) return written
    if ('$regex' in written) return new RegExp(written.$regex, written.flags)
    if ('$file' in written) return new File([written.text], written.$file)
    if ('$input' in written) return Object.assign(document.createElement('textarea'), { value: written.$input })
    return Object.fromEntries(Object.entries(written).map(([name, value]) => [name, revived(value)]))
  }
  return {
    /** Be a page with this configuration: listen, then bring the window that is none, then the service. */
    async load(webchat) {
      window._genesys = { widgets: { webchat } }
      for (const name of HEARD.split(' ')) CXBus.subscribe(`WebChatService.${name}`, hear)
      for (const name of LIFECYCLE.split(' ')) CXBus.subscribe(`WebChat.${name}`, hear)
      await frontdesk.load('headless')
      await frontdesk.load('webchatservice')
      const begun = new Promise((resolve) => CXBus.subscribe('WebChatService.ready', resolve))
      await begun
      // Commands that a plain chat does without come with a file; here nobody waits for it later.
      await CXBus.command('WebChatService.getStats')
    },
    /** Come to rest, while so many requests are held; what was heard, and whether it is at rest. */
    async settle(held) {
      await quiet()
      for (let tries = 0; underWay > held && tries < 100; tries++) {
        await new Promise((resolve) => reallyLater(resolve, 1))
        await quiet()
      }
      return { heard: heard.splice(0), underWay }
    },
    step,
    now: () => nowMs,
    away: (ms) => now(nowMs + ms),
    call(address, written) {
      const call = { state: 'pending', value: null }
      const settled = (state) => (value) => Object.assign(call, { state, value: plain(value) })
      last = call
      CXBus.command(address, revived(written)).done(settled('resolved')).fail(settled('rejected'))
    },
    ended: () => last,
  }
})()
