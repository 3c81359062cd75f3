// What the interpreter asks of a script context. Texts go in, texts and numbers come out.
(function (kit) {
  'use strict'
  const { parse, stringify } = kit.natives
  let seen = null
  let current
  let states = []

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
  kit.clean = clean

  function isXml(value) {
    return kit.isNode?.(value) ?? false
  }

  function see(...fields) {
    seen = fields
  }
  function setStates(ids) {
    states = ids === '' ? [] : ids.split(' ')
  }
  function system(sessionid, name, processors, isOrs, document, isAsking) {
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
  }
  function declare(name) {
    if (!Object.hasOwn(globalThis, name)) globalThis[name] = undefined
  }
  function declareItem(name) {
    globalThis._data[name] = undefined
  }
  function plain(read) {
    const value = read()
    const text = stringify(isXml(value) ? kit.xml(value) : value)
    return text === undefined || text === 'null' ? '' : kit.wellFormed(text)
  }
  function yes(read) {
    const value = read()
    return typeof value === 'string' ? value.trim().toLowerCase() !== 'false' && value !== '' : Boolean(value)
  }
  function text(read) {
    const value = read()
    return clean(isXml(value) ? kit.xml(value) : kit.text(value))
  }
  function restore(text) {
    const extra = kit.graph().restore(text)
    current = extra.event
    seen = null
    states = extra.states
  }
  function isIn(id) {
    return states.includes(String(id))
  }

  const engine = {
    __proto__: null, // So that nothing that a script adds to all objects is found here.
    begin: kit.begin,
    see,
    states: setStates,
    interaction: kit.see,
    world: kit.seeWorld,
    system,
    declare,
    declareItem,
    value: (read) => kit.pack(read()),
    plain,
    yes,
    text,
    write: (write, packed) => write(kit.unpack(packed)),
    move: (write, read) => write(read()),
    areNew: (names) => names.split(' ').every((name) => !Object.hasOwn(globalThis, name)),
    mark: (lexical) => kit.mark(parse(lexical)),
    made: (names) => kit.note(names.split(' ')),
    snapshot: (lexical) => kit.graph().snapshot(parse(lexical), { event: event(), states }),
    restore,
    taken: kit.taken,
  }

  return (name) => engine[name] ?? kit.rare()[name]
})
