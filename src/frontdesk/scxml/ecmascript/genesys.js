// `_genesys`: interactions as scripts see them, functions and enumerations. Made when a script first asks for it.
(function (kit) {
  'use strict'
  const { NativeProxy, interactions: texts, refuse } = kit
  const { parse, stringify } = JSON
  const homes = new Map()

  const unchanged = {
    set: refuse,
    defineProperty: refuse,
    deleteProperty: refuse,
    setPrototypeOf: refuse,
    preventExtensions: refuse,
  }

  // An object that reads like this one, all the way down, and cannot be changed.
  function fixed(value, ...path) {
    for (const [name, { value: inner }] of Object.entries(Object.getOwnPropertyDescriptors(value)))
      if (typeof inner === 'function') homes.set(inner, [...path, name])
    const seen = new NativeProxy(value, unchanged)
    homes.set(seen, path)
    return seen
  }
  // What is read from a getter is made when somebody first reads it.
  function lazily(holder, name, make) {
    Object.defineProperty(holder, name, { get: kit.once(make), enumerable: true, configurable: true })
    return holder
  }
  function tables(part, holder) {
    const enums = kit.tables[part]
    for (const name in enums) lazily(holder, name, () => fixed(parse(enums[name]), part, name))
    return holder
  }

  // ---- interactions

  const built = new Map()

  function one(id) {
    const text = texts.get(id)
    if (text === undefined) return undefined
    const kept = built.get(id)
    if (kept?.text === text) return kept
    const { controlled, ...seen } = parse(text)
    const fresh = { text, isControlled: controlled === true, seen: kit.readOnly(seen) }
    built.set(id, fresh)
    return fresh
  }
  function at(key) {
    if (typeof key !== 'string') return undefined
    if (texts.has(key)) return key
    return /^\d+$/.test(key) ? [...texts.keys()][key] : undefined
  }
  const interactions = new NativeProxy(
    {},
    {
      ...unchanged,
      get(target, key) {
        const id = at(key)
        if (id !== undefined) return one(id).seen
        return key === 'length' ? texts.size : target[key]
      },
      has: (target, key) => at(key) !== undefined || key in target,
      ownKeys: () => [...texts.keys()],
      getOwnPropertyDescriptor(_, key) {
        if (!texts.has(key)) return undefined
        return { value: one(key).seen, enumerable: true, configurable: true, writable: false }
      },
    },
  )
  homes.set(interactions, ['ixn', 'interactions'])

  function owned(id) {
    const key = id === undefined ? texts.keys().next().value : String(id)
    const found = key === undefined ? undefined : one(key)
    if (found === undefined) throw new Error(`notfound: the interaction ${key ?? ''} is not owned here`)
    return [key, found]
  }
  function controlled(id) {
    const [key, found] = owned(id)
    if (!found.isControlled && found.seen.category !== 'voice')
      throw new Error(`notcontrolled: the interaction ${key} is not controlled now`)
    return [key, found]
  }

  const UDATA_MAX = 64 * 1024
  const MEDIA_SPELLINGS = ['TMediaWebForm', 'TMediaCoBrowsing', 'TMediaAny']

  // A value as user data holds it; what is undefined or null is none.
  function stored(value, key, depth) {
    if (value instanceof String || value instanceof Number || value instanceof Boolean) value = value.valueOf()
    if (typeof value === 'string') return value
    if (typeof value === 'boolean') return String(value)
    if (typeof value === 'number' && Number.isFinite(value)) return value
    if (typeof value === 'object' && !Array.isArray(value) && depth > 0) return pairs(value, depth - 1)
    throw new TypeError(`user data cannot hold the value of ${key}`)
  }
  function pairs(object, depth) {
    const found = Object.entries(object).filter(([, value]) => value !== undefined && value !== null)
    return Object.fromEntries(found.map(([key, value]) => [key, stored(value, key, depth)]))
  }

  const media = kit.once(function () {
    const numbers = parse(kit.tables.media)
    const names = Object.keys(numbers)
    const nameOf = new Map(names.map((name) => [name.toLowerCase(), name]))
    const seen = new NativeProxy(Object.fromEntries(names.map((name) => [name, name])), {
      ...unchanged,
      get(target, name) {
        if (typeof name !== 'string' || name in target) return target[name]
        return MEDIA_SPELLINGS.includes(name) ? name : nameOf.get(name.toLowerCase())
      },
    })
    homes.set(seen, ['ixn', 'mediaType'])
    return { seen, intOf: (name) => numbers[nameOf.get(String(name).toLowerCase())] ?? -1 }
  })

  const ixn = tables('ixn', {
    interactions,
    get firstixnid() {
      return kit.firstInteraction
    },
    get mediaType() {
      return media().seen
    },
    setuData(object, interactionid) {
      const [id, { seen }] = controlled(interactionid)
      if (object === null || typeof object !== 'object') throw new TypeError('user data is set by an object')
      const changes = pairs(object, 16)
      if (stringify({ ...seen.udata, ...changes }).length > UDATA_MAX)
        throw new RangeError(`user data may have ${UDATA_MAX} characters`)
      kit.ask('interaction', 'setudata', { interactionid: id, changes })
    },
    deleteuData(keys, interactionid) {
      const [id] = controlled(interactionid)
      const named = keys === undefined || keys === null ? {} : { keys: Array.isArray(keys) ? keys.map(String) : [String(keys)] }
      kit.ask('interaction', 'deleteudata', { interactionid: id, ...named })
    },
    getuData(key, interactionid) {
      const { udata } = owned(interactionid)[1].seen
      return udata && Object.hasOwn(udata, key) ? udata[key] : undefined
    },
    getMediaIntValue: (name) => media().intOf(name),
  })

  // ---- the queue

  // For the interaction that is being routed, when there is one.
  function routing(action, what) {
    const id = texts.keys().next().value
    kit.ask('queue', action, id === undefined ? what : { interactionid: id, ...what })
  }
  const queue = tables('queue', {
    checkAgentState(check) {
      routing('checkagentstate', { check: Boolean(check) })
    },
    excludeAgents(agents) {
      const named = Array.isArray(agents) ? agents : String(agents ?? '').split(',')
      routing('excludeagents', { agents: named.map((name) => String(name).trim()).filter(Boolean) })
    },
    priorityTuning(useAge, usePredict, useObjective) {
      const [useage, usepredict, useobjective] = [useAge, usePredict, useObjective].map(Boolean)
      routing('prioritytuning', { useage, usepredict, useobjective })
    },
    setIdealAgent(...parts) {
      routing('setidealagent', { arguments: parts })
    },
  })

  // ---- statistics

  const statistic = {
    sData(object, name) {
      if (typeof object === 'object' && object !== null) throw new TypeError('statistics are of named objects here')
      const key = `${object}|${name}`
      const known = kit.world().statistics
      if (known && Object.hasOwn(known, key)) return known[key]
      kit.want(key)
      return Number.NaN
    },
  }

  const parts = {
    ixn: () => ixn,
    session: () => kit.load('calendar')(tables),
    queue: () => queue,
    statistic: () => statistic,
    resource: () => tables('resource', {}),
    ws: () => ({}),
    dialog: () => ({}),
    classification: () => ({}),
  }
  const root = {}
  for (const name in parts) lazily(root, name, () => fixed(parts[name](), name))

  // ---- rest: what scripts hold of this is found again by where it stands

  kit.homes = function () {
    const found = new Map(homes)
    const waiting = []
    for (const [id, { text, seen }] of built)
      if (texts.get(id) === text) waiting.push([seen, ['ixn', 'interactions', id]])
    while (waiting.length) {
      const [value, path] = waiting.pop()
      if (value === null || typeof value !== 'object') continue
      found.set(value, path)
      for (const key of Object.keys(value)) waiting.push([value[key], [...path, key]])
    }
    return found
  }
  kit.forget = (id) => built.delete(id)
  return fixed(root)
})
