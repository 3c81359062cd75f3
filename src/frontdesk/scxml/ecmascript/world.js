// What a script must not get from its machine: the time, chance, other threads. The first two are inputs.
// Nor a proxy: its length may be another one each time that it is asked for.
(function (kit) {
  'use strict'
  const { defineProperty } = Object
  kit.NativeDate = Date
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

  // Few scripts ask for the date, so `clock.js` is read when one does.
  const setDate = (value) =>
    defineProperty(globalThis, 'Date', { value, writable: true, configurable: true, enumerable: false })
  let clock
  defineProperty(globalThis, 'Date', {
    get() {
      clock ??= kit.load('clock')
      setDate(clock)
      return clock
    },
    set: setDate,
    configurable: true,
    enumerable: false,
  })
  kit.now = () => nowMs

  kit.NativeProxy = Proxy
  kit.evaluate = globalThis.eval
  kit.load = function (part) {
    const made = kit.evaluate(kit.later[part])(kit)
    delete kit.later[part]
    return made
  }
  for (const name of ['Atomics', 'SharedArrayBuffer', 'WeakRef', 'FinalizationRegistry', 'performance', 'queueMicrotask', 'Proxy'])
    delete globalThis[name]
})
