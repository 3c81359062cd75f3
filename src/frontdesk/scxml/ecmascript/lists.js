// Methods of lists that look into other lists, as scripts: these can be stopped.
(function (kit) {
  'use strict'
  const { isArray, apply } = kit.natives

  function flatten(list, depth, into) {
    const { length } = list
    for (let at = 0; at < length; at++)
      if (at in list) {
        if (depth > 0 && isArray(list[at])) flatten(list[at], depth - 1, into)
        else into[into.length] = list[at]
      }
    return into
  }
  return {
    concat(...others) {
      const into = []
      let end = 0
      for (const other of [Object(this), ...others]) {
        const isSpread = Object(other) === other && (other[Symbol.isConcatSpreadable] ?? isArray(other))
        if (!isSpread) into[end++] = other
        else {
          const { length } = other
          for (let at = 0; at < length; at++) if (at in other) into[end + at] = other[at]
          end += length
        }
      }
      into.length = end
      return into
    },
    flat(depth = 1) {
      return flatten(Object(this), Math.trunc(Number(depth)) || 0, [])
    },
    flatMap(change, self) {
      const list = Object(this)
      const { length } = list
      const into = []
      for (let at = 0; at < length; at++)
        if (at in list) flatten([apply(change, self, [list[at], at, list])], 1, into)
      return into
    },
    raw(parts, ...values) {
      const raw = Object(parts.raw)
      const { length } = raw
      let text = ''
      for (let at = 0; at < length; at++) text += String(raw[at]) + (at + 1 < length ? String(values[at] ?? '') : '')
      return text
    },
  }
})
