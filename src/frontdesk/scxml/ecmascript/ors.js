// What the ORS dialect has in every script, beside what the recommendation asks for.
(function (kit) {
  'use strict'
  let raised = []

  // What scripts asked for since the last time, as text: [kind, …] each; empty when nothing.
  kit.taken = function () {
    if (raised.length === 0) return ''
    const all = JSON.stringify(raised)
    raised = []
    return all
  }

  kit.ors = function (states, document) {
    const hidden = (holder, name, value) =>
      Object.defineProperty(holder, name, { value, writable: true, configurable: true, enumerable: false })
    hidden(globalThis, '__Log', function (message, label, level) {
      const text = typeof message === 'string' ? message : kit.source(message)
      raised.push(['log', text, label === undefined ? '' : String(label), level === undefined ? '4' : String(level)])
    })
    hidden(globalThis, '__Raise', function (name, params) {
      raised.push(['raise', String(name), kit.pack(params)])
    })
    hidden(globalThis, '__GetDocumentURL', () => document)
    hidden(globalThis, '__GetCurrentStates', () => states().slice())
    hidden(globalThis, 'uneval', (value) => kit.source(value))
    for (const holder of [Object, Array, String, Number, Boolean, Function, Date, RegExp, Error])
      hidden(holder.prototype, 'toSource', function () {
        return kit.source(this)
      })
  }
})
