// `_genesys`: interactions as scripts see them, functions and enumerations. Made when a script first asks for it,
// and what few ask for in parts of their own.
(function (kit) {
  'use strict'
  const { NativeProxy, interactions: texts, refuse } = kit
  const { parse } = kit.natives
  const homes = new Map()
  const all = parse(kit.later.tables)
  delete kit.later.tables

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
    const enums = all[part]
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

  const userData = kit.once(() => kit.load('user_data'))
  const media = kit.once(function () {
    const made = kit.load('media')(parse(all.media), unchanged)
    homes.set(made.seen, ['ixn', 'mediaType'])
    return made
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
      userData().set(object, ...controlled(interactionid))
    },
    deleteuData(keys, interactionid) {
      userData().remove(keys, ...controlled(interactionid))
    },
    getuData(key, interactionid) {
      const { udata } = owned(interactionid)[1].seen
      return udata && Object.hasOwn(udata, key) ? udata[key] : undefined
    },
    getMediaIntValue: (name) => media().intOf(name),
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
    queue: () => tables('queue', kit.load('routing')),
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
