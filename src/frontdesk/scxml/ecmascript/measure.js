// What QuickJS does without looking at the clock is given a measure: a loop of its own over a length that
// somebody only claims, or a search whose work is the product of two lengths, could not be stopped for hours.
// The text of a long integer takes the square of its length; where an operator asks for it, `'' + n`, there is
// nothing to measure by, and it takes seconds at worst.
(function (kit) {
  'use strict'
  const LENGTH_MAX = 2 ** 22 // No list that fits into the memory of a session is as long.
  const SEARCH_MAX = 1e9 // Characters compared at worst, of the order of a second.
  const { isArray } = Array
  const { apply } = Reflect
  const { defineProperty, getOwnPropertyDescriptor } = Object

  const PATTERN_MAX = 10_000 // Characters that a search looks at before it looks at the clock, ten thousand times.
  const INTEGER_BITS_MAX = 100_000n // Thirty thousand digits; their text takes some thirty milliseconds.

  function checkLength(list) {
    if (list === null || (typeof list !== 'object' && typeof list !== 'function')) return
    const own = getOwnPropertyDescriptor(list, 'length')
    const isFixed = own === undefined ? !('length' in list) : 'value' in own && Object(own.value) !== own.value
    if (!isFixed) throw new TypeError('the length of a list must be a value of its own')
    if (own !== undefined && Number(own.value) > LENGTH_MAX) throw new RangeError('the list is too long')
  }

  function put(holder, name, method) {
    const native = holder[name]
    for (const fact of ['name', 'length']) defineProperty(method, fact, getOwnPropertyDescriptor(native, fact))
    defineProperty(holder, name, { value: method, writable: true, configurable: true, enumerable: false })
  }

  const measured = {
    list: (native) => ({
      method(...parts) {
        checkLength(this)
        return apply(native, this, parts)
      },
    }),
    search: (native) => ({
      method(what, ...parts) {
        if (this === undefined || this === null) return apply(native, this, [what, ...parts])
        const text = String(this)
        const isPattern = what?.[Symbol.match] ?? what?.[Symbol.replace] ?? what?.[Symbol.split]
        const sought = Object(what) === what && !isPattern ? String(what) : what
        if (typeof sought === 'string' && sought.length * text.length > SEARCH_MAX)
          throw new RangeError('the texts are too long to search one in the other')
        return apply(native, text, [sought, ...parts])
      },
    }),
  }
  for (const name of 'reverse join toLocaleString sort copyWithin shift unshift splice slice'.split(' '))
    put(Array.prototype, name, measured.list(Array.prototype[name]).method)
  for (const name of 'indexOf lastIndexOf includes split replace replaceAll'.split(' '))
    put(String.prototype, name, measured.search(String.prototype[name]).method)

  // Whatever searches by a pattern does it by this.
  const { get: sourceOf } = getOwnPropertyDescriptor(RegExp.prototype, 'source')
  const { exec } = RegExp.prototype
  put(RegExp.prototype, 'exec', {
    method(text) {
      if (apply(sourceOf, this, []).length > PATTERN_MAX) throw new RangeError('the regular expression is too long')
      return apply(exec, this, [text])
    },
  }.method)

  // These look into other lists on their way; `lists.js` has them as scripts, which can be stopped.
  const inside = (name) => ({
    method(...parts) {
      return apply(kit.lists()[name], this, parts)
    },
  })
  for (const name of ['concat', 'flat', 'flatMap']) put(Array.prototype, name, inside(name).method)
  put(String, 'raw', inside('raw').method)

  const { parse, stringify } = JSON
  kit.natives = { isArray, apply, parse, stringify }
  put(JSON, 'stringify', {
    method(value, replacer, space) {
      if (isArray(replacer)) checkLength(replacer)
      return stringify(value, replacer, space)
    },
  }.method)
  const { toString } = BigInt.prototype
  const isLong = (value) => typeof value === 'bigint' && (value < 0n ? -value : value) >> INTEGER_BITS_MAX > 0n
  const written = (native) => ({
    method(...parts) {
      if (isLong(this.valueOf())) throw new RangeError('the integer is too long to be written down')
      return apply(native, this, parts)
    },
  })
  for (const name of ['toString', 'toLocaleString']) put(BigInt.prototype, name, written(BigInt.prototype[name]).method)

  // By sixteens it is quick at any length.
  kit.integer = (value) => (value < 0n ? `-0x${apply(toString, -value, [16])}` : `0x${apply(toString, value, [16])}`)
  kit.integerOf = (text) => (text.startsWith('-') ? -BigInt(text.slice(1)) : BigInt(text))
  kit.text = (value) => (isLong(value) ? kit.integer(value) : String(value))
})
