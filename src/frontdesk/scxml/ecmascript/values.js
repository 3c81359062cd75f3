// Values to text and back, and what nobody may change. What JSON can say is JSON; the rest is a graph
// (`graph.js`), which few sessions ever need.
(function (kit) {
  'use strict'
  const PLAIN_DEPTH_MAX = 60
  const sealed = new WeakSet()
  const { stringify, parse } = kit.natives
  kit.isSealed = (value) => sealed.has(value)

  function isPlain(value, depth, seen) {
    if (value === null || typeof value === 'string' || typeof value === 'boolean') return true
    if (typeof value === 'number') return Number.isFinite(value) && !Object.is(value, -0)
    if (typeof value !== 'object' || depth === 0 || seen.has(value)) return false
    seen.add(value)
    if (Array.isArray(value)) {
      if (Object.keys(value).length !== value.length) return false
      for (let i = 0; i < value.length; i++) if (!isPlain(value[i], depth - 1, seen)) return false
      return true
    }
    if (Object.getPrototypeOf(value) !== Object.prototype) return false
    for (const key of Object.keys(value))
      if (key === '$graph' || key === 'toJSON' || !isPlain(value[key], depth - 1, seen)) return false
    return true
  }

  // JSON that anybody can read: half of a surrogate pair is no text anywhere but in scripts.
  kit.wellFormed = function (json) {
    if (!json.includes('\\ud')) return json
    return json.replace(/\\(?:u(d[89a-f][0-9a-f]{2})|.)/g, (all, half) => (half === undefined ? all : '\\ufffd'))
  }

  kit.pack = function (value) {
    if (value === undefined || typeof value === 'function' || typeof value === 'symbol') return ''
    if (isPlain(value, PLAIN_DEPTH_MAX, new Set())) return kit.wellFormed(stringify(value) ?? '')
    return kit.graph().pack(value)
  }

  kit.unpack = function (text) {
    if (text === '') return undefined
    const value = parse(text)
    return text.includes('"$graph"') ? kit.graph().opened(value) : value
  }

  // ---- what nobody may change

  function refuse() {
    throw new TypeError('this belongs to the platform and cannot be changed')
  }
  kit.refuse = refuse

  // One object: writing to what is there throws, in any script; nothing can be added.
  kit.seal = function (value) {
    sealed.add(value)
    for (const key of Object.keys(value)) {
      const kept = value[key]
      Object.defineProperty(value, key, { get: () => kept, set: refuse, enumerable: true, configurable: false })
    }
    Object.preventExtensions(value)
  }

  // Everything below.
  kit.readOnly = function (root) {
    const waiting = [root]
    while (waiting.length) {
      const value = waiting.pop()
      if (value === null || typeof value !== 'object' || sealed.has(value)) continue
      for (const key of Object.keys(value)) waiting.push(value[key])
      kit.seal(value)
    }
    return root
  }
  kit.constant = function (name, read) {
    Object.defineProperty(globalThis, name, { get: read, set: refuse, enumerable: true, configurable: false })
  }

  // ---- what the document's own scripts made; it is not data, as they will make it again

  let native = new Set()

  // Called once before anything of the document runs.
  kit.settle = function () {
    native = new Set(Object.getOwnPropertyNames(globalThis))
  }
  kit.own = () => Object.getOwnPropertyNames(globalThis).filter((name) => !native.has(name))
  kit.variable = (name) => (Object.hasOwn(globalThis, name) ? globalThis[name] : kit.evaluate(name))
  // Functions that the top-level scripts made: those in variables by name, and paths of those inside objects.
  // Most documents have hundreds, and most sessions never ask: so it is as little as can be.
  kit.made = { names: [], functions: [], inside: [] }

  // Called after the document's top-level scripts ran, also those of a session that is being restored.
  kit.mark = function (lexical) {
    const { names, functions, inside } = kit.made
    const waiting = [] // [value, the one that it stands in, its name there]
    for (const name of [...kit.own(), ...lexical]) {
      const value = kit.variable(name)
      if (typeof value === 'function') {
        names.push(name)
        functions.push(value)
      } else if (value !== null && typeof value === 'object') waiting.push([value, -1, name])
    }
    const seen = new Set()
    for (let at = 0; at < waiting.length; at++) {
      const [value] = waiting[at]
      if (seen.has(value) || sealed.has(value)) continue
      seen.add(value)
      for (const key of Object.keys(value)) {
        const inner = value[key]
        if (typeof inner === 'function') inside.push([inner, [...kit.pathOf(waiting, at), key]])
        else if (inner !== null && typeof inner === 'object') waiting.push([inner, at, key])
      }
    }
  }
  // Functions of the same scripts that were only declared now, as nobody had asked for them.
  kit.note = function (names) {
    for (const name of names) {
      kit.made.names.push(name)
      kit.made.functions.push(globalThis[name])
    }
  }
  // Where something stands; only looked for when it is needed.
  kit.pathOf = function (waiting, at) {
    const path = []
    for (; at >= 0; at = waiting[at][1]) path.push(waiting[at][2])
    return path.reverse()
  }

  const part = (name) => () => kit.load(name)
  kit.graph = once(part('graph'))
  kit.dom = once(part('dom'))
  kit.lists = once(part('lists'))
  kit.rare = once(part('rare'))
  kit.source = (value) => (kit.source = kit.load('source'))(value)
  kit.uneval = function (value) {
    kit.source(null)
    return kit.uneval(value) // Which is another one now.
  }

  function once(make) {
    let made
    return () => (made ??= make())
  }
  kit.once = once
})
