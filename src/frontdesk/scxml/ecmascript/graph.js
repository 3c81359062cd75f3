// Values to text and back. What JSON can say is JSON; anything else is a graph: a list of nodes that refer to
// each other by number, so that shared objects stay shared and circles stay round.
//
// cell: null, boolean, text, finite number | [number of a node] | [tag, …] (undefined, other numbers, bigints,
//       a function or a prototype that the document's scripts make, by its path, or something of the
//       platform's, by where it stands in `_genesys`)
// node: [kind, prototype, read-only, …]
(function (kit) {
  'use strict'
  const PLAIN_DEPTH_MAX = 60
  const JOINED_DEPTH = 2
  const sealed = new WeakSet()
  const builtin = [
    ['Object', Object.prototype],
    ['Array', Array.prototype],
    ['Date', Date.prototype],
    ['RegExp', RegExp.prototype],
    ['Map', Map.prototype],
    ['Set', Set.prototype],
    ...[Error, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError].map((E) => [
      E.name,
      E.prototype,
    ]),
    ...Object.entries(kit.shapes),
  ]
  const nameOfShape = new Map(builtin.map(([name, shape]) => [shape, name]))
  const shapeOfName = new Map(builtin)
  // Functions and prototypes that the document's top-level scripts made, by where they stand.
  let pathOfMade = new Map()
  let madeAtPath = new Map()

  // ---- plain values

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

  const stringify = JSON.stringify
  const parse = JSON.parse

  kit.pack = function (value) {
    if (value === undefined || typeof value === 'function' || typeof value === 'symbol') return ''
    if (isPlain(value, PLAIN_DEPTH_MAX, new Set())) return stringify(value)
    return `{"$graph":${stringify(draw(value, null))}}`
  }

  kit.unpack = function (text) {
    if (text === '') return undefined
    const value = parse(text)
    return text.includes('"$graph"') ? opened(value, JOINED_DEPTH) : value
  }

  // Messages are joined out of packed values, each of which may be a graph.
  function opened(value, depth) {
    if (value === null || typeof value !== 'object') return value
    if ('$graph' in value) return build(value.$graph)
    if (depth > 0) for (const key of Object.keys(value)) value[key] = opened(value[key], depth - 1)
    return value
  }

  // ---- graphs

  // lost: gets the paths of what cannot be kept; null when the values go to another context, where nothing of
  // this document is made, and where nothing is read-only.
  function draw(root, lost) {
    const nodes = []
    const homes = lost === null ? undefined : kit.homes?.()
    const numbers = new Map()
    const waiting = []
    // The first is a holder of ours, which nobody needs to hear of.
    const lose = (holder, key) => lost?.push([...pathOf(waiting, holder).slice(1), key].join('.'))
    function cell(value, holder, key) {
      switch (typeof value) {
        case 'string':
        case 'boolean':
          return value
        case 'undefined':
          return ['undefined']
        case 'number':
          return Number.isFinite(value) && !Object.is(value, -0)
            ? value
            : ['number', Object.is(value, -0) ? '-0' : String(value)]
        case 'bigint':
          return ['bigint', String(value)]
        case 'symbol':
          lose(holder, key)
          return ['undefined']
      }
      if (value === null) return null
      const made = lost === null ? undefined : pathOfMade.get(value)
      if (made !== undefined) return ['made', made]
      const home = homes?.get(value)
      if (home !== undefined) return ['home', home]
      if (typeof value === 'function') {
        lose(holder, key)
        return ['undefined']
      }
      let number = numbers.get(value)
      if (number === undefined) {
        number = numbers.size
        numbers.set(value, number)
        waiting.push([value, holder, key])
      }
      return [number]
    }
    const top = cell(root, -1, '')
    for (let at = 0; at < waiting.length; at++) {
      const [value, holder, key] = waiting[at]
      const inside = (inner, name) => cell(inner, at, name)
      nodes.push(node(value, inside, lost !== null, () => lose(holder, key)))
    }
    return [top, nodes]
  }

  // Where something stands; only looked for when it is needed.
  function pathOf(waiting, at) {
    const path = []
    for (; at >= 0; at = waiting[at][1]) path.push(waiting[at][2])
    return path.reverse()
  }

  // isOwn: whether the value stays with this document's scripts.
  function node(value, cell, isOwn, lose) {
    const isSealed = isOwn && sealed.has(value)
    const shape = Object.getPrototypeOf(value)
    let name = shape === null ? null : nameOfShape.get(shape)
    if (name === undefined) {
      name = isOwn && pathOfMade.has(shape) ? ['made', pathOfMade.get(shape)] : 'Object'
      if (name === 'Object') lose()
    }
    const head = (kind) => [kind, name, isSealed]
    if (value instanceof Date) return [...head('date'), Number.isNaN(value.getTime()) ? null : value.getTime()]
    if (value instanceof RegExp) return [...head('regexp'), value.source, value.flags, value.lastIndex]
    if (value instanceof Map) {
      const entries = [...value].flatMap(([k, v], i) => [cell(k, `[key ${i}]`), cell(v, `[${i}]`)])
      return [...head('map'), entries]
    }
    if (value instanceof Set) return [...head('set'), [...value].map((v, i) => cell(v, `[${i}]`))]
    const fields = []
    const names = value instanceof Error ? [...Object.keys(value), 'message'] : Object.keys(value)
    for (const key of names) if (Object.hasOwn(value, key)) fields.push(key, cell(value[key], key))
    return Array.isArray(value) ? [...head('array'), fields, value.length] : [...head('object'), fields]
  }

  function build([top, nodes]) {
    const values = nodes.map(([kind, name, , ...rest]) => {
      const shape = name === null ? null : typeof name === 'string' ? shapeOfName.get(name) : madeAtPath.get(pathKey(name[1]))
      let value
      if (kind === 'date') value = new Date(rest[0] === null ? Number.NaN : rest[0])
      else if (kind === 'regexp') {
        value = new RegExp(rest[0], rest[1])
        value.lastIndex = rest[2]
      } else if (kind === 'map') value = new Map()
      else if (kind === 'set') value = new Set()
      else if (kind === 'array') value = new Array(rest[1])
      else value = typeof name === 'string' && name.endsWith('Error') ? new Error() : {}
      if (shape !== undefined && Object.getPrototypeOf(value) !== shape) Object.setPrototypeOf(value, shape)
      return value
    })
    const open = (cell) => {
      if (!Array.isArray(cell)) return cell
      const [tag, what] = cell
      if (typeof tag === 'number') return values[tag]
      if (tag === 'number') return Number(what)
      if (tag === 'bigint') return BigInt(what)
      if (tag === 'made') return madeAtPath.get(pathKey(what))
      if (tag === 'home') return what.reduce((at, name) => at?.[name], globalThis._genesys)
      return undefined
    }
    nodes.forEach(([kind, , , content], number) => {
      const value = values[number]
      if (kind === 'map') for (let i = 0; i < content.length; i += 2) value.set(open(content[i]), open(content[i + 1]))
      else if (kind === 'set') for (const cell of content) value.add(open(cell))
      else if (kind === 'object' || kind === 'array')
        for (let i = 0; i < content.length; i += 2) set(value, content[i], open(content[i + 1]), !(value instanceof Error && content[i] === 'message'))
    })
    nodes.forEach(([, , isSealed], number) => {
      if (isSealed) seal(values[number])
    })
    return open(top)
  }

  // Not by assignment: `__proto__` is a name like any other.
  function set(target, key, value, enumerable) {
    Object.defineProperty(target, key, { value, writable: true, enumerable, configurable: true })
  }

  // ---- what nobody may change

  function refuse() {
    throw new TypeError('this belongs to the platform and cannot be changed')
  }

  // One object: writing to what is there throws, in any script; nothing can be added.
  function seal(value) {
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
      seal(value)
    }
    return root
  }
  kit.constant = function (name, read) {
    Object.defineProperty(globalThis, name, { get: read, set: refuse, enumerable: true, configurable: false })
  }

  // ---- all that a session's scripts hold

  const pathKey = (path) => stringify(path)
  let native = new Set()

  // Called once before anything of the document runs.
  kit.settle = function () {
    native = new Set(Object.getOwnPropertyNames(globalThis))
  }

  // Called after the document's top-level scripts ran, also those of a session that is being restored.
  kit.mark = function (lexical) {
    pathOfMade = new Map()
    madeAtPath = new Map()
    const seen = new Set()
    const waiting = own().map((name) => [globalThis[name], -1, name])
    for (const name of lexical) waiting.push([indirectly(name), -1, name])
    const note = (value, path) => {
      if (pathOfMade.has(value)) return
      pathOfMade.set(value, path)
      madeAtPath.set(pathKey(path), value)
    }
    for (let at = 0; at < waiting.length; at++) {
      const [value] = waiting[at]
      const kind = typeof value
      if (value === null || (kind !== 'object' && kind !== 'function') || seen.has(value) || sealed.has(value)) continue
      seen.add(value)
      if (kind === 'function') {
        const path = pathOf(waiting, at)
        note(value, path)
        if (Object.hasOwn(value, 'prototype') && value.prototype) note(value.prototype, [...path, 'prototype'])
        continue
      }
      for (const key of Object.keys(value)) waiting.push([value[key], at, key])
    }
  }

  function own() {
    return Object.getOwnPropertyNames(globalThis).filter((name) => !native.has(name))
  }

  // extra: what the engine itself keeps with the data, and gets back.
  kit.snapshot = function (lexical, extra) {
    const lost = []
    const data = Object.create(null)
    for (const name of own()) data[name] = globalThis[name]
    const variables = Object.create(null)
    for (const name of lexical) variables[name] = indirectly(name)
    return stringify([draw({ data, variables, extra }, lost), lost])
  }

  kit.restore = function (text) {
    const { data, variables, extra } = build(parse(text)[0])
    for (const name of own()) if (!(name in data)) Reflect.deleteProperty(globalThis, name)
    for (const name of Object.keys(data)) globalThis[name] = data[name]
    for (const name of Object.keys(variables)) {
      globalThis.__carried = variables[name]
      try {
        indirectly(`${name} = __carried`)
      } catch (_constant) {
        // A constant; the document's script has made it again.
      }
      delete globalThis.__carried
    }
    return extra
  }

  const indirectly = globalThis.eval
})
