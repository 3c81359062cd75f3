// `Date` as scripts have it: the time is an input.
(function (kit) {
  'use strict'
  const { NativeDate } = kit
  const hasZone = /(?:Z|GMT|UTC?|[+-]\d{2}:?\d{2})(?:\s*\([^)]*\))?\s*$|^\d{4}(?:-\d{2}){0,2}$/i

  // Local time is UTC everywhere, so that a session goes on the same on another machine.
  function parse(text) {
    const written = String(text)
    return NativeDate.parse(hasZone.test(written.trim()) ? written : written + (written.includes('T') ? 'Z' : ' UTC'))
  }
  function Clock(...parts) {
    if (!new.target) return new NativeDate(kit.now()).toString()
    let ms
    if (parts.length === 0) ms = kit.now()
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
      return kit.now()
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
  return Clock
})
