// `_genesys.ixn.mediaType`, whose names are found in any spelling, and their numbers.
(function (kit) {
  'use strict'
  const SPELLINGS = ['TMediaWebForm', 'TMediaCoBrowsing', 'TMediaAny']

  return function (numbers, unchanged) {
    const names = Object.keys(numbers)
    const nameOf = new Map(names.map((name) => [name.toLowerCase(), name]))
    const seen = new kit.NativeProxy(Object.fromEntries(names.map((name) => [name, name])), {
      ...unchanged,
      get(target, name) {
        if (typeof name !== 'string' || name in target) return target[name]
        return SPELLINGS.includes(name) ? name : nameOf.get(name.toLowerCase())
      },
    })
    return { seen, intOf: (name) => numbers[nameOf.get(String(name).toLowerCase())] ?? -1 }
  }
})
