// What a script must not get from its machine: the time, chance, other threads. The first two are inputs.
// Nor a proxy: its length may be another one each time that it is asked for.
(function (kit) {
  'use strict'
  const NativeDate = Date
  const hasZone = /(?:Z|GMT|UTC?|[+-]\d{2}:?\d{2})(?:\s*\([^)]*\))?\s*$|^\d{4}(?:-\d{2}){0,2}$/i
  let nowMs = 0
  let random = 0

  // Every call gives the caller's time and starts the random numbers anew.
  kit.begin = function (ms, seed) {
    nowMs = ms
    random = seed | 0
  }

  function word() {
    random = (random + 0x6d2b79f5) | 0 // mulberry32
    let t = Math.imul(random ^ (random >>> 15), 1 | random)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return (t ^ (t >>> 14)) >>> 0
  }

  Math.random = function random() {
    return (word() * 0x200000 + (word() >>> 11)) / 0x20000000000000
  }

  // Local time is UTC everywhere, so that a session goes on the same on another machine.
  function parse(text) {
    const written = String(text)
    return NativeDate.parse(hasZone.test(written.trim()) ? written : written + (written.includes('T') ? 'Z' : ' UTC'))
  }
  function Clock(...parts) {
    if (!new.target) return new NativeDate(nowMs).toString()
    let ms
    if (parts.length === 0) ms = nowMs
    else if (parts.length > 1) ms = NativeDate.UTC(...parts)
    else if (typeof parts[0] === 'string' || parts[0] instanceof String) ms = parse(parts[0])
    else ms = parts[0]
    return Reflect.construct(NativeDate, [ms], new.target)
  }
  const hidden = (value) => ({ value, writable: true, configurable: true, enumerable: false })
  const shape = NativeDate.prototype
  Object.defineProperties(Clock, {
    length: { value: 7, configurable: true },
    name: { value: 'Date', configurable: true },
    prototype: { value: shape, writable: false },
    now: hidden(function now() {
      return nowMs
    }),
    parse: hidden(parse),
    UTC: hidden(NativeDate.UTC),
  })
  for (const name of Object.getOwnPropertyNames(shape)) {
    const local = name.replace('UTC', '')
    if (local !== name && local !== 'toString') Object.defineProperty(shape, local, hidden(shape[name]))
  }
  const days = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat']
  const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
  const two = (number) => String(number).padStart(2, '0')
  const day = (date) =>
    `${days[date.getUTCDay()]} ${months[date.getUTCMonth()]} ${two(date.getUTCDate())} ${date.getUTCFullYear()}`
  const time = (date) =>
    `${two(date.getUTCHours())}:${two(date.getUTCMinutes())}:${two(date.getUTCSeconds())} GMT+0000 (UTC)`
  const valid = (write) =>
    function () {
      return Number.isNaN(this.getTime()) ? 'Invalid Date' : write(this)
    }
  Object.defineProperties(shape, {
    constructor: hidden(Clock),
    getTimezoneOffset: hidden(function getTimezoneOffset() {
      return 0
    }),
    toString: hidden(valid((date) => `${day(date)} ${time(date)}`)),
    toDateString: hidden(valid(day)),
    toTimeString: hidden(valid(time)),
  })
  globalThis.Date = Clock

  kit.NativeProxy = Proxy
  const evaluate = globalThis.eval
  kit.load = function (part) {
    const made = evaluate(kit.later[part])(kit)
    delete kit.later[part]
    return made
  }
  for (const name of ['Atomics', 'SharedArrayBuffer', 'WeakRef', 'FinalizationRegistry', 'performance', 'queueMicrotask', 'Proxy'])
    delete globalThis[name]
})
