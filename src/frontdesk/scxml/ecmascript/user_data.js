// Changes of interactions' user data, as scripts ask for them.
(function (kit) {
  'use strict'
  const { isArray, stringify } = kit.natives
  const UDATA_MAX = 64 * 1024

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

  return {
    set(object, id, { seen }) {
      if (object === null || typeof object !== 'object') throw new TypeError('user data is set by an object')
      const changes = pairs(object, 16)
      if (stringify({ ...seen.udata, ...changes }).length > UDATA_MAX)
        throw new RangeError(`user data may have ${UDATA_MAX} characters`)
      kit.ask('interaction', 'setudata', { interactionid: id, changes })
    },
    remove(keys, id) {
      const named = keys === undefined || keys === null ? {} : { keys: isArray(keys) ? keys.map(String) : [String(keys)] }
      kit.ask('interaction', 'deleteudata', { interactionid: id, ...named })
    },
  }
})
