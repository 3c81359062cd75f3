// What JSON cannot say, and all that a session's scripts hold: a list of nodes that refer to each other by
// number, so that shared objects stay shared and circles stay round. Read when it is first needed.
//
// cell: null, boolean, text, finite number | [number of a node] | [tag, …] (undefined, other numbers, bigints,
//       a function or a prototype that the document's scripts make, by its path, or something of the
//       platform's, by where it stands in `_genesys`)
// node: [kind, prototype, read-only, …]
(function (kit) {
  'use strict'
  const JOINED_DEPTH = 2
  const { stringify, parse } = JSON
  const builtin = [
    ['Object', Object.prototype],
    ['Array', Array.prototype],
    ['Date', kit.NativeDate.prototype],
    ['RegExp', RegExp.prototype],
    ['Map', Map.prototype],
    ['Set', Set.prototype],
    ...[Error, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError].map((E) => [
      E.name,
      E.prototype,
    ]),
  ]
  const nameOfShape = new Map(builtin.map(([name, shape]) => [shape, name]))
  const shapeOfName = new Map(builtin)

  function nameOf(shape) {
    const name = nameOfShape.get(shape)
    if (name !== undefined || kit.shapes === undefined) return name
    return Object.keys(kit.shapes).find((of) => kit.shapes[of] === shape)
  }

  // ---- where things stand that are not data

  // made: the path of a function, or prototype, of the document's own scripts; home: of something in `_genesys`.
  function places() {
    const { names, functions, inside } = kit.made
    const paths = new Map()
    const note = (value, path) => paths.has(value) || paths.set(value, path)
    functions.forEach((value, at) => note(value, [names[at]]))
    for (const [value, path] of inside) note(value, path)
    const homes = kit.homes?.()
    let shapes

    function made(value) {
      if (typeof value === 'function') return paths.get(value)
      const maker = Object.getOwnPropertyDescriptor(value, 'constructor')?.value
      const path = typeof maker === 'function' ? paths.get(maker) : undefined
      return path !== undefined && maker.prototype === value ? [...path, 'prototype'] : undefined
    }
    // A prototype that was put in the place of the one that a function comes with does not name it.
    function madeShape(shape) {
      if (shapes === undefined) {
        shapes = new Map()
        for (const [value, path] of paths)
          if (Object.hasOwn(value, 'prototype') && value.prototype) shapes.set(value.prototype, [...path, 'prototype'])
      }
      return made(shape) ?? shapes.get(shape)
    }
    return { made, madeShape, home: (value) => homes?.get(value) }
  }
  function resolved([name, ...rest]) {
    return rest.reduce((at, key) => at?.[key], kit.variable(name))
  }

  // ---- values to nodes

  // lost: gets the paths of what cannot be kept; null when the values go to another context, where nothing of
  // this document is made, and where nothing is read-only.
  function draw(root, lost) {
    const nodes = []
    const place = lost === null ? undefined : places()
    const numbers = new Map()
    const waiting = []
    // The first is a holder of ours, which nobody needs to hear of.
    const lose = (holder, key) => lost?.push([...kit.pathOf(waiting, holder).slice(1), key].join('.'))
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
          return ['bigint', kit.integer(value)]
        case 'symbol':
          lose(holder, key)
          return ['undefined']
      }
      if (value === null) return null
      const home = place?.home(value)
      if (home !== undefined) return ['home', home]
      const made = place?.made(value)
      if (made !== undefined) return ['made', made]
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
      nodes.push(node(value, inside, place, () => lose(holder, key)))
    }
    return [top, nodes]
  }

  // place: where things stand when the value stays with this document's scripts.
  function node(value, cell, place, lose) {
    const isSealed = place !== undefined && kit.isSealed(value)
    const shape = Object.getPrototypeOf(value)
    let name = shape === null ? null : nameOf(shape)
    if (name === undefined) {
      const made = place?.madeShape(shape)
      name = made === undefined ? 'Object' : ['made', made]
      if (made === undefined) lose()
    }
    const head = (kind) => [kind, name, isSealed]
    if (value instanceof kit.NativeDate) return [...head('date'), Number.isNaN(value.getTime()) ? null : value.getTime()]
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

  // ---- nodes to values

  function shapeNamed(name) {
    if (name === null) return null
    if (typeof name !== 'string') return resolved(name[1])
    return shapeOfName.get(name) ?? kit.dom()[name]
  }

  function build([top, nodes]) {
    const values = nodes.map(([kind, name, , ...rest]) => {
      const shape = shapeNamed(name)
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
      if (tag === 'bigint') return kit.integerOf(what)
      if (tag === 'made') return resolved(what)
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
      if (isSealed) kit.seal(values[number])
    })
    return open(top)
  }

  // Not by assignment: `__proto__` is a name like any other.
  function set(target, key, value, enumerable) {
    Object.defineProperty(target, key, { value, writable: true, enumerable, configurable: true })
  }

  // Messages are joined out of packed values, each of which may be a graph.
  function opened(value, depth = JOINED_DEPTH) {
    if (value === null || typeof value !== 'object') return value
    if ('$graph' in value) return build(value.$graph)
    if (depth > 0) for (const key of Object.keys(value)) value[key] = opened(value[key], depth - 1)
    return value
  }

  // ---- all that a session's scripts hold

  const madeNames = () => new Map(kit.made.names.map((name, at) => [name, kit.made.functions[at]]))

  // extra: what the engine itself keeps with the data, and gets back.
  function snapshot(lexical, extra) {
    const lost = []
    const made = madeNames()
    const changed = (names) => {
      const found = Object.create(null)
      for (const name of names) {
        const value = kit.variable(name)
        if (value === undefined || made.get(name) !== value) found[name] = value
      }
      return found
    }
    const own = new Set(kit.own())
    const gone = [...made.keys()].filter((name) => !own.has(name) && !lexical.includes(name))
    return stringify([draw({ data: changed(own), variables: changed(lexical), extra, gone }, lost), lost])
  }

  function setVariable(name, value) {
    globalThis.__carried = value
    try {
      kit.evaluate(`${name} = __carried`)
    } catch (_constant) {
      // A constant; the document's script has made it again.
    }
    delete globalThis.__carried
  }

  function restore(text) {
    const { data, variables, extra, gone } = build(parse(text)[0])
    const made = madeNames()
    for (const name of kit.own())
      if (!(name in data) && (!made.has(name) || gone.includes(name))) Reflect.deleteProperty(globalThis, name)
    for (const name of Object.keys(data)) globalThis[name] = data[name]
    for (const name of Object.keys(variables)) setVariable(name, variables[name])
    return extra
  }

  const pack = (value) => `{"$graph":${kit.wellFormed(stringify(draw(value, null)) ?? 'null')}}`
  return { pack, opened, snapshot, restore }
})
