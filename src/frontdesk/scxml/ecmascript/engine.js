// What the interpreter asks of a script context. Texts go in, texts and numbers come out.
(function (kit) {
  'use strict'
  const { parse, stringify } = JSON
  let seen = null
  let current
  let states = []
  const arrays = []

  function event() {
    if (seen !== null) {
      const [name, type, sendid, origin, origintype, invokeid, raw, data] = seen
      seen = null
      const absent = (text) => (text === '' ? undefined : text)
      current = kit.readOnly({
        name,
        type,
        sendid: absent(sendid),
        origin: absent(origin),
        origintype: absent(origintype),
        invokeid: absent(invokeid),
        data: kit.unpack(data),
        raw: absent(raw),
      })
    }
    return current
  }

  // A text that can be handed out: no half of a surrogate pair, no end in the middle.
  function clean(text) {
    return text.toWellFormed().replaceAll('\0', '\uFFFD')
  }

  function isXml(value) {
    return kit.isNode?.(value) ?? false
  }

  const engine = {
    begin: kit.begin,
    see(...fields) {
      seen = fields
    },
    states(ids) {
      states = ids === '' ? [] : ids.split(' ')
    },
    interaction: (...fields) => kit.see(...fields),
    world: (text) => kit.seeWorld(text),
    system(sessionid, name, processors, isOrs, document, isAsking) {
      const all = kit.readOnly(kit.unpack(processors))
      kit.constant('_sessionid', () => sessionid)
      kit.constant('_name', () => name)
      kit.constant('_event', event)
      kit.constant('_ioprocessors', () => all)
      kit.constant('In', () => isIn)
      if (isOrs) kit.ors(() => states, document)
      if (isAsking) kit.genesys()
      kit.settle()
      if (isOrs) globalThis._data = {}
    },
    declare(name) {
      if (!Object.hasOwn(globalThis, name)) globalThis[name] = undefined
    },
    declareItem(name) {
      globalThis._data[name] = undefined
    },
    value: (read) => kit.pack(read()),
    plain(read) {
      const value = read()
      const text = isXml(value) ? stringify(kit.xml(value)) : stringify(value)
      return text === undefined || text === 'null' ? '' : kit.wellFormed(text)
    },
    yes(read) {
      const value = read()
      return typeof value === 'string' ? value.trim().toLowerCase() !== 'false' && value !== '' : Boolean(value)
    },
    text(read) {
      const value = read()
      return clean(isXml(value) ? kit.xml(value) : kit.text(value))
    },
    shown(read) {
      const value = read()
      return clean(typeof value === 'string' ? value : kit.source(value))
    },
    write(write, packed) {
      write(kit.unpack(packed))
    },
    move(write, read) {
      write(read())
    },
    document(written) {
      kit.dom()
      return kit.pack(kit.document(parse(written)))
    },
    open(read) {
      const array = read()
      if (!Array.isArray(array)) throw new TypeError('this is not an array')
      arrays.push(array.slice())
      return array.length
    },
    item(write, at) {
      write(arrays[arrays.length - 1][at])
    },
    index(write, at) {
      write(at)
    },
    close() {
      arrays.pop()
    },
    mark: (lexical) => kit.mark(parse(lexical)),
    snapshot: (lexical) => kit.graph().snapshot(parse(lexical), { event: event(), states }),
    restore(text) {
      const extra = kit.graph().restore(text)
      current = extra.event
      seen = null
      states = extra.states
    },
    isLexical(name) {
      return !Object.hasOwn(globalThis, name) && (0, globalThis.eval)(`typeof ${name}`) !== 'undefined'
    },
    taken: () => kit.taken(),
  }

  function isIn(id) {
    return states.includes(String(id))
  }

  return (name) => engine[name]
})
