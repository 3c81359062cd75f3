// What the interpreter asks of few script contexts, or rarely.
(function (kit) {
  'use strict'
  const { isArray, parse } = kit.natives
  const arrays = []

  return {
    shown(read) {
      const value = read()
      return kit.clean(typeof value === 'string' ? value : kit.source(value))
    },
    document(written) {
      kit.dom()
      return kit.pack(kit.document(parse(written)))
    },
    open(read) {
      const array = read()
      if (!isArray(array)) throw new TypeError('this is not an array')
      arrays.push(array.slice())
      return array.length
    },
    item(write, at) {
      write(arrays[arrays.length - 1][at])
    },
    index(write, at) {
      write(at)
    },
    close() {
      arrays.pop()
    },
    // One whose script was stopped before it had a value never gets one, and there is nothing to keep.
    isLexical(name) {
      try {
        return !Object.hasOwn(globalThis, name) && kit.evaluate(`typeof ${name}`) !== 'undefined'
      } catch (_uninitialised) {
        return false
      }
    },
  }
})
