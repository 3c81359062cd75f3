// What the ORS dialect has in every script, beside what the recommendation asks for, and what documents with
// extension elements have in either dialect.
(function (kit) {
  'use strict'
  const { parse, stringify } = JSON
  let asked = []
  let world = {}
  let unread = ''

  // What scripts asked for since the last time, as text: [kind, …] each; empty when nothing.
  kit.taken = function () {
    if (asked.length === 0) return ''
    const all = kit.wellFormed(stringify(asked))
    asked = []
    return all
  }
  kit.ask = (module, action, attributes) => asked.push(['ask', module, action, kit.wellFormed(stringify(attributes))])
  kit.want = (key) => asked.push(['want', key])

  // ---- what the platform tells; nothing is read before a script looks

  kit.interactions = new Map()
  kit.see = function (id, text, isFirst) {
    if (isFirst) kit.firstInteraction = id
    if (text === '') kit.interactions.delete(id)
    else kit.interactions.set(id, text)
    kit.forget?.(id)
  }
  kit.seeWorld = function (text) {
    unread = text
  }
  kit.world = function () {
    if (unread !== '') world = parse(unread)
    unread = ''
    return world
  }
  kit.genesys = function () {
    kit.constant('_genesys', kit.once(() => kit.load('genesys')))
  }

  const hidden = (holder, name, value) =>
    Object.defineProperty(holder, name, { value, writable: true, configurable: true, enumerable: false })

  kit.ors = function (states, document) {
    hidden(globalThis, '__Log', function (message, label, level) {
      const text = typeof message === 'string' ? message : kit.source(message)
      asked.push(['log', text, label === undefined ? '' : String(label), level === undefined ? '4' : String(level)])
    })
    hidden(globalThis, '__Raise', function (name, params) {
      asked.push(['raise', String(name), kit.pack(params)])
    })
    hidden(globalThis, '__GetDocumentURL', () => document)
    hidden(globalThis, '__GetCurrentStates', () => states().slice())
    hidden(globalThis, 'uneval', (value) => kit.uneval(value))
    for (const holder of [Object, Array, String, Number, Boolean, Function, kit.NativeDate, RegExp, Error])
      hidden(holder.prototype, 'toSource', function () {
        return kit.uneval(this)
      })
  }
})
